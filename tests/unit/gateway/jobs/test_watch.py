"""What one watcher is sent: everything while it keeps up, the newest when it lags, the end in any case."""

from __future__ import annotations

import asyncio
import gc
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from unit.gateway.jobs.following import until_lost, until_newest
from unit.gateway.jobs.redis_in_memory import JOB_ID, CountedFrame, RedisInMemory
from unit.gateway.jobs.watching import end, put_frames, watching

from projector_chassis.errors import Unavailable
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs.ack_window import FIRST_FRAMES, AckWindow
from projector_gateway.jobs.feed import RECENT_FRAMES, JobFeeds
from projector_gateway.jobs.watch import Watch


@pytest.mark.parametrize("window", [None, AckWindow()], ids=["gRPC", "WebSocket"])
async def test_who_keeps_up_gets_every_frame_and_the_end(redis: RedisInMemory, window: AckWindow | None) -> None:
    async with watching(redis, window=window) as watcher:
        assert (await watcher.next()).state.phase == job_pb2.QUEUED
        for sequence in range(1, 101):
            redis.put_frames()
            await watcher.until_frame(sequence)
        redis.put_state(job_pb2.FINISHED)
        await watcher.until_end()
    assert watcher.sequences == list(range(1, 101))
    assert watcher.phases[-1] == job_pb2.FINISHED
    assert watcher.phases.count(job_pb2.FINISHED) == 1


async def test_a_connection_that_blocks_finds_the_newest_frame_next(redis: RedisInMemory) -> None:
    async with watching(redis) as watcher:
        await watcher.next()
        await put_frames(redis, watcher, 1)
        await watcher.until_frame(1)
        for _ in range(500):  # while the connection takes nothing
            await put_frames(redis, watcher, 1)
        await watcher.until_frame(501)
    assert watcher.sequences == [1, 501]


async def test_states_still_come_while_frames_are_held_back(redis: RedisInMemory) -> None:
    async with watching(redis, window=AckWindow(max_frames=1), acknowledges=False) as watcher:
        await watcher.next()
        await put_frames(redis, watcher, 1)
        await watcher.until_frame(1)
        redis.put_state(job_pb2.PAUSED)
        while watcher.phases[-1] != job_pb2.PAUSED:
            await watcher.next()
    assert watcher.sequences == [1]


async def test_a_watcher_that_draws_late_gets_the_newest_frame_then(redis: RedisInMemory) -> None:
    async with watching(redis, window=AckWindow(first_frames=2, max_frames=2), acknowledges=False) as watcher:
        await watcher.next()
        for sequence in (1, 2):
            await put_frames(redis, watcher, 1)
            await watcher.until_frame(sequence)
        await put_frames(redis, watcher, 5)
        assert (await watcher.next()).state.sequence == 7
        await watcher.has_nothing()
        watcher.watch.acknowledge(1)
        await watcher.until_frame(7)
        await put_frames(redis, watcher, 1)
        assert (await watcher.next()).state.sequence == 8
        await watcher.has_nothing()
        watcher.watch.acknowledge(7)
        await watcher.until_frame(8)
    assert watcher.sequences == [1, 2, 7, 8]


async def test_a_connection_that_takes_each_frame_late_gets_the_newest_each_time(redis: RedisInMemory) -> None:
    async with watching(redis) as watcher:
        await watcher.next()
        for newest in range(3, 31, 3):  # three frames come while it takes one; all are still at hand
            await put_frames(redis, watcher, 1)
            await put_frames(redis, watcher, 1)
            await put_frames(redis, watcher, 1)
            await watcher.until_frame(newest)
    assert watcher.sequences[1:] == list(range(6, 31, 3))


async def test_frames_that_came_at_once_are_all_sent(redis: RedisInMemory) -> None:
    async with watching(redis) as watcher:
        await watcher.next()
        await put_frames(redis, watcher, 1)
        await watcher.until_frame(1)
        assert (await watcher.next()).state.sequence == 1
        await watcher.has_nothing()
        await put_frames(redis, watcher, 5)
        await watcher.until_frame(6)
    assert watcher.sequences == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("phase", [job_pb2.FINISHED, job_pb2.STOPPED, job_pb2.FAILED])
async def test_the_last_frame_and_the_end_come_even_to_who_draws_nothing(
    redis: RedisInMemory, phase: job_pb2.Phase.ValueType
) -> None:
    async with watching(redis, window=AckWindow(), acknowledges=False) as watcher:
        await watcher.next()
        for _ in range(FIRST_FRAMES):
            await put_frames(redis, watcher, 1)
            await watcher.until_frame(watcher.feed.newest)
        await put_frames(redis, watcher, 50)
        await end(redis, watcher, phase)
        await watcher.until_end()
    assert watcher.sequences == [*range(1, FIRST_FRAMES + 1), FIRST_FRAMES + 50]
    assert watcher.phases[-1] == phase


async def test_the_last_frame_comes_before_the_final_state(redis: RedisInMemory) -> None:
    async with watching(redis) as watcher:
        await watcher.next()
        redis.put_frames(3)
        await end(redis, watcher)
        assert (await watcher.next()).frame.sequence in (1, 3)
        await watcher.until_end()
    assert watcher.sequences[-1] == 3
    assert watcher.phases == [job_pb2.QUEUED, job_pb2.FINISHED]


async def test_a_job_that_ended_without_a_frame_ends_at_once(redis: RedisInMemory) -> None:
    redis.put_state(job_pb2.FAILED)
    async with watching(redis) as watcher:
        await watcher.until_end()
    assert (watcher.sequences, watcher.phases) == ([], [job_pb2.FAILED])


async def test_many_slow_watchers_hold_no_frame_of_their_own(redis: RedisInMemory, feeds: JobFeeds) -> None:
    gc.collect()
    before = CountedFrame.n_alive
    frames = FrameStore(cast(Redis, redis))
    async with feeds.of(JOB_ID) as feed:
        watches = [Watch(JOB_ID, feed, frames, after=None, window=AckWindow()) for _ in range(100)]
        walks = [watch.events() for watch in watches]
        for walk in walks:
            await anext(walk)
        for sequence in range(1, 301):
            redis.put_frames()
            await until_newest(feed, sequence)
        assert CountedFrame.n_alive - before <= RECENT_FRAMES
        for walk in walks:
            await walk.aclose()


@pytest.mark.parametrize("after", [None, 0])
async def test_a_lost_feed_ends_the_walk(redis: RedisInMemory, after: int | None) -> None:
    redis.put_frames(FIRST_FRAMES + 1)
    async with watching(redis, after=after, window=AckWindow(max_frames=1), acknowledges=False) as watcher:
        await watcher.until_frame(1)
        redis.break_off()
        await until_lost(watcher.feed)
        with pytest.raises(Unavailable):
            await watcher.until_end()


async def test_leaving_a_walk_stops_waking_it(redis: RedisInMemory) -> None:
    async with watching(redis) as watcher:
        await watcher.next()
        await watcher.aclose()
        watcher.watch._changed.clear()
        await put_frames(redis, watcher, 1)
        assert not watcher.watch._changed.is_set()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["frame", "frames", "state", "thin", "read", "acknowledge"]), max_size=40),
    st.one_of(st.none(), st.integers(0, 6)),
    st.sampled_from([None, 1, 3]),
)
async def test_whatever_happens_sequences_rise_and_the_end_is_whole(
    steps: list[str], after: int | None, max_frames: int | None
) -> None:
    redis = RedisInMemory()
    redis.put_frames(5)
    window = None if max_frames is None else AckWindow(first_frames=max_frames, max_frames=max_frames)
    async with watching(redis, after=after, window=window, acknowledges=False) as watcher:
        await watcher.next()
        for step in steps:
            match step:
                case "frame":
                    await put_frames(redis, watcher, 1)
                case "frames":
                    await put_frames(redis, watcher, 12)
                case "state":
                    redis.put_state(job_pb2.PAUSED)
                case "thin":
                    redis.thin(range(2, watcher.feed.newest, 2))
                case "read" if watcher.feed.newest > (watcher.sequences or [after or 0])[-1] and window is None:
                    await watcher.next()
                case _:
                    watcher.watch.acknowledge(watcher.feed.newest)
        await end(redis, watcher)
        watcher.watch.acknowledge(watcher.feed.newest)
        reading = asyncio.create_task(watcher.until_end())
        while not reading.done():
            watcher.watch.acknowledge(watcher.feed.newest)
            await asyncio.sleep(0)
        await reading
    assert watcher.sequences == sorted(set(watcher.sequences))
    assert all(sequence > (after or 0) for sequence in watcher.sequences)
    if (after or 0) < watcher.feed.newest:
        assert watcher.sequences[-1] == watcher.feed.newest
    assert watcher.phases[-1] == job_pb2.FINISHED
