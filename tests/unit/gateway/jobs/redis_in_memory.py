"""The few commands of Redis that feeds and watchers use, in this process and under a test's control."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from redis.exceptions import ConnectionError as RedisConnectionError

from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

JOB_ID = JobId("job1")


class CountedFrame(bytes):
    """A stored frame as it was read; tells how many such copies are alive."""

    n_alive: ClassVar[int] = 0

    def __new__(cls, content: bytes) -> CountedFrame:
        cls.n_alive += 1
        return super().__new__(cls, content)

    def __del__(self) -> None:
        CountedFrame.n_alive -= 1


class RedisInMemory:
    """State, frames and announcements of one job.

    Attributes:
        is_away: commands fail.
        is_silent: subscriptions are neither confirmed nor refused.
    """

    def __init__(self, *, frame_bytes: int = 10) -> None:
        self.is_away = False
        self.is_silent = False
        self.subscribers: set[_Subscription] = set()
        self.n_reads = 0
        self.read_sequences: list[int] = []
        self._frame_bytes = frame_bytes
        self._state: bytes | None = None
        self._sequence = 0
        self._thinned: set[int] = set()
        self.put_state(job_pb2.QUEUED)

    def frame(self, sequence: int) -> bytes:
        """The bytes of a stored frame."""
        frame = job_pb2.Frame(sequence=sequence, layout=bytes(self._frame_bytes))
        return job_pb2.JobEvent(frame=frame).SerializeToString()

    def put_frames(self, count: int = 1) -> None:
        """Store and announce frames one after the other, as a worker that never waits."""
        for _ in range(count):
            self._sequence += 1
            self.put_state(job_pb2.RUNNING, announcement=names.ANNOUNCE_FRAME)

    def put_state(self, phase: job_pb2.Phase.ValueType, *, announcement: bytes = names.ANNOUNCE_STATE) -> None:
        """Store and announce a state with the newest sequence."""
        state = job_pb2.JobState(job_id=JOB_ID, phase=phase, sequence=self._sequence)
        self._state = state.SerializeToString()
        self.announce(announcement)

    def announce(self, content: bytes) -> None:
        """Publish on the job's channel."""
        for subscriber in self.subscribers:
            subscriber.messages.put_nowait({"type": "message", "data": content})

    def thin(self, sequences: Iterable[int]) -> None:
        """Drop kept frames."""
        self._thinned.update(sequences)

    def forget_job(self) -> None:
        """Let the job's day in Redis be over."""
        self._state = None
        self.announce(names.ANNOUNCE_STATE)

    def break_off(self) -> None:
        """End every subscription as a Redis that goes down does."""
        for subscriber in self.subscribers:
            subscriber.messages.put_nowait(None)

    async def get(self, key: str) -> bytes | None:
        await self._answer()
        assert key == names.state_key(JOB_ID)
        return self._state

    async def hmget(self, key: str, sequences: list[str]) -> list[bytes | None]:
        await self._answer()
        assert key == names.frames_key(JOB_ID)
        self.read_sequences += map(int, sequences)
        return [CountedFrame(self.frame(int(each))) if self._keeps(int(each)) else None for each in sequences]

    async def hkeys(self, key: str) -> list[bytes]:
        await self._answer()
        assert key == names.frames_key(JOB_ID)
        return [b"%d" % sequence for sequence in range(self._sequence, 0, -1) if self._keeps(sequence)]

    @asynccontextmanager
    async def pubsub(self) -> AsyncIterator[_Subscription]:
        subscription = _Subscription(is_silent=self.is_silent)
        self.subscribers.add(subscription)
        try:
            yield subscription
        finally:
            self.subscribers.discard(subscription)

    def _keeps(self, sequence: int) -> bool:
        return 1 <= sequence <= self._sequence and sequence not in self._thinned

    async def _answer(self) -> None:
        self.n_reads += 1
        await asyncio.sleep(0)  # as a round trip does, it lets others run
        if self.is_away:
            raise RedisConnectionError("away")


class _Subscription:
    def __init__(self, *, is_silent: bool) -> None:
        self.messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._is_silent = is_silent

    async def subscribe(self, channel: str) -> None:
        assert channel == names.channel(JOB_ID)
        if self._is_silent:
            await asyncio.Event().wait()
        self.messages.put_nowait({"type": "subscribe"})

    async def get_message(
        self,
        *,
        timeout: float,  # noqa: ASYNC109 - redis-py's own
        ignore_subscribe_messages: bool = False,
    ) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(timeout):
                message = await self.messages.get()
        except TimeoutError:
            return None
        if message is None:
            raise RedisConnectionError("broken off")
        return message
