"""A watcher that reads at the pace of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import cast

from redis.asyncio import Redis
from unit.gateway.jobs.following import until_final, until_newest
from unit.gateway.jobs.redis_in_memory import JOB_ID, RedisInMemory

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs.ack_window import AckWindow
from projector_gateway.jobs.feed import JobFeed, JobFeeds
from projector_gateway.jobs.watch import Watch

_PATIENCE_SECONDS = 5.0


class Watcher:
    """Reads a watch one event at a time, at the pace of the test."""

    def __init__(self, watch: Watch, feed: JobFeed, *, acknowledges: bool) -> None:
        self.watch = watch
        self.feed = feed
        self._acknowledges = acknowledges
        self._events = watch.events()
        self._pending: asyncio.Task[bytes] | None = None
        self.sequences: list[int] = []
        self.phases: list[job_pb2.Phase.ValueType] = []

    async def next(self) -> job_pb2.JobEvent:
        """The next event; raises ``StopAsyncIteration`` after the last."""
        event = job_pb2.JobEvent.FromString(await asyncio.wait_for(self._ask(), _PATIENCE_SECONDS))
        self._pending = None
        if event.HasField("frame"):
            self.sequences.append(event.frame.sequence)
            if self._acknowledges:
                self.watch.acknowledge(event.frame.sequence)
        else:
            self.phases.append(event.state.phase)
        return event

    async def until_frame(self, sequence: int) -> None:
        while not self.sequences or self.sequences[-1] < sequence:
            await self.next()

    async def until_end(self) -> None:
        while True:
            try:
                await self.next()
            except StopAsyncIteration:
                return

    async def has_nothing(self) -> None:
        """Check that no event comes while the feed stands still."""
        for _ in range(20):
            self._ask()
            await asyncio.sleep(0)
        assert not self._ask().done()

    async def aclose(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            await asyncio.wait([self._pending])
        await self._events.aclose()

    def _ask(self) -> asyncio.Task[bytes]:
        if self._pending is None:
            self._pending = asyncio.create_task(anext(self._events))
        return self._pending


@asynccontextmanager
async def watching(
    redis: RedisInMemory, *, after: int | None = None, window: AckWindow | None = None, acknowledges: bool = True
) -> AsyncIterator[Watcher]:
    """One watcher of the job in memory."""
    frames = FrameStore(cast(Redis, redis))
    feeds = JobFeeds(cast(Redis, redis), frames)
    async with feeds.of(JOB_ID) as feed:
        watcher = Watcher(Watch(JOB_ID, feed, frames, after=after, window=window), feed, acknowledges=acknowledges)
        async with aclosing(watcher):
            yield watcher
    assert len(feeds) == 0
    assert redis.subscribers == set()


async def put_frames(redis: RedisInMemory, watcher: Watcher, count: int) -> None:
    """Store frames and wait until the feed has them."""
    newest = watcher.feed.newest + count
    redis.put_frames(count)
    await until_newest(watcher.feed, newest)


async def end(redis: RedisInMemory, watcher: Watcher, phase: job_pb2.Phase.ValueType = job_pb2.FINISHED) -> None:
    """Store a final state and wait until the feed has it."""
    redis.put_state(phase)
    await until_final(watcher.feed)
