"""What a watcher is sent that comes again after a frame it has seen."""

from __future__ import annotations

import gc

import pytest
from unit.gateway.jobs.redis_in_memory import CountedFrame, RedisInMemory
from unit.gateway.jobs.watching import end, watching

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs import watch as watch_module
from projector_gateway.jobs.ack_window import FIRST_FRAMES, AckWindow


async def test_a_replay_comes_in_order_then_live(redis: RedisInMemory) -> None:
    redis.put_frames(40)
    redis.thin([20, 21])
    async with watching(redis, after=10, window=AckWindow()) as watcher:
        await watcher.until_frame(40)
        redis.put_frames()
        await watcher.until_frame(41)
        await end(redis, watcher)
        await watcher.until_end()
    assert watcher.sequences == [*range(11, 20), *range(22, 42)]


async def test_a_replay_reads_one_frame_at_a_time(redis: RedisInMemory) -> None:
    redis.put_frames(100)
    gc.collect()
    before = CountedFrame.n_alive
    async with watching(redis, after=0) as watcher:
        for sequence in range(1, 100):
            await watcher.until_frame(sequence)
            assert CountedFrame.n_alive - before <= 3  # the feed's newest, and the one that was sent


async def test_a_replay_waits_for_acknowledgements(redis: RedisInMemory) -> None:
    redis.put_frames(10)
    async with watching(redis, after=0, window=AckWindow(first_frames=3), acknowledges=False) as watcher:
        await watcher.until_frame(3)
        await watcher.has_nothing()
    assert watcher.sequences == [1, 2, 3]


async def test_a_replay_that_nobody_draws_is_cut_short_once_the_job_has_ended(
    redis: RedisInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "REPLAY_PATIENCE_SECONDS", 0.02)
    redis.put_frames(60)
    redis.put_state(job_pb2.STOPPED)
    async with watching(redis, after=0, window=AckWindow(), acknowledges=False) as watcher:
        await watcher.until_end()
    assert watcher.sequences == [*range(1, FIRST_FRAMES + 1), 60]
    assert watcher.phases == [job_pb2.STOPPED]


async def test_who_has_seen_everything_gets_the_end_alone(redis: RedisInMemory) -> None:
    redis.put_frames(4)
    redis.put_state(job_pb2.FINISHED)
    async with watching(redis, after=4) as watcher:
        await watcher.until_end()
    assert (watcher.sequences, watcher.phases) == ([], [job_pb2.FINISHED])


async def test_a_sequence_from_the_future_still_gets_the_end(redis: RedisInMemory) -> None:
    redis.put_frames(4)
    async with watching(redis, after=2**60) as watcher:
        await watcher.next()
        await end(redis, watcher)
        await watcher.until_end()
    assert (watcher.sequences, watcher.phases[-1]) == ([], job_pb2.FINISHED)
