"""What a watcher is sent while nobody sees it."""

from __future__ import annotations

import pytest
from unit.gateway.jobs.redis_in_memory import RedisInMemory
from unit.gateway.jobs.watching import end, put_frames, watching

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs.ack_window import AckWindow


async def test_who_is_hidden_gets_states_alone_and_the_newest_frame_once_shown(redis: RedisInMemory) -> None:
    async with watching(redis, window=AckWindow(first_frames=2, max_frames=2), acknowledges=False) as watcher:
        await watcher.next()
        for sequence in (1, 2):  # as many as may be on their way, and none will be drawn
            await put_frames(redis, watcher, 1)
            await watcher.until_frame(sequence)
        watcher.watch.hide()
        await put_frames(redis, watcher, 10)
        assert (await watcher.next()).state.sequence == 12
        await watcher.has_nothing()
        watcher.watch.show()
        assert (await watcher.next()).frame.sequence == 12
        await put_frames(redis, watcher, 1)
        await watcher.until_frame(13)
    assert watcher.sequences == [1, 2, 12, 13]


@pytest.mark.parametrize("after", [None, 0])
async def test_who_is_hidden_gets_the_last_frame_and_the_end(redis: RedisInMemory, after: int | None) -> None:
    redis.put_frames(5)
    async with watching(redis, after=after, window=AckWindow(), acknowledges=False) as watcher:
        watcher.watch.hide()
        await watcher.next()
        await put_frames(redis, watcher, 10)
        await end(redis, watcher)
        await watcher.until_end()
    assert watcher.sequences == [15]
    assert watcher.phases[-1] == job_pb2.FINISHED


async def test_who_is_shown_without_having_been_hidden_may_not_have_more_on_its_way(redis: RedisInMemory) -> None:
    async with watching(redis, window=AckWindow(max_frames=1), acknowledges=False) as watcher:
        await watcher.next()
        await put_frames(redis, watcher, 1)
        await watcher.until_frame(1)
        watcher.watch.show()
        await put_frames(redis, watcher, 1)
        assert (await watcher.next()).HasField("state")
        await watcher.has_nothing()
