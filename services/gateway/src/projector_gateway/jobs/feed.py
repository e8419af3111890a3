"""One job's newest state and last few frames, kept current for any number of watchers by one Redis subscription.

Pub/sub forgets and carries no data here: it only says that something is new. The feed subscribes first and reads
afterwards, so that nothing falls between. Every watcher reads the same bytes from the feed at its own pace
(``watch.py``); the feed holds a bounded number of frames and never waits for a watcher.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
from redis.asyncio import Redis

from projector_chassis.errors import Internal, NotFound, PublicError, Unavailable
from projector_contracts.names import JobId, channel
from projector_gateway.clients.frames import FrameStore
from projector_gateway.clients.redis import reaching_redis, subscribe
from projector_gateway.ending import end
from projector_gateway.jobs.messages import encode_state_event, summarize_state

RECENT_FRAMES = 8
RECENT_BYTES = 16 * 2**20
# A look without an announcement finds a job that vanished, and a Redis that went away without a word.
_LOOK_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class JobFeed:
    """Follows one job until its final state; ``state_event``, ``newest`` and ``is_final`` are always of one moment."""

    def __init__(self, job_id: JobId, subscriptions: Redis, frames: FrameStore) -> None:
        self._job_id = job_id
        self._subscriptions = subscriptions
        self._frames = frames
        self._recent: OrderedDict[int, bytes] = OrderedDict()
        self._watchers: set[asyncio.Event] = set()
        self._state = b""
        self._error: PublicError | None = None
        self._ready = asyncio.Event()
        self._is_closing = False
        self._task = asyncio.create_task(self._follow(), name=f"feed of job {job_id}")
        self.state_event = b""
        """The newest state as a serialised JobEvent."""
        self.newest = 0
        """Sequence of the newest frame; 0: none yet."""
        self.is_final = False

    @property
    def is_lost(self) -> bool:
        """Whether the feed ended before its job did; its watchers have to come again."""
        return self._error is not None

    async def ready(self) -> None:
        """Wait until the subscription holds and the first state is read.

        Raises:
            NotFound: no such job.
            Unavailable: Redis does not answer.
        """
        await self._ready.wait()
        self.raise_if_lost()

    def raise_if_lost(self) -> None:
        """Raise what ended the feed before its job did."""
        if self._error is not None:
            raise self._error

    def recent_after(self, cursor: int) -> tuple[int, bytes] | None:
        """The next frame for a watcher that has seen ``cursor``; the newest one if that watcher missed a frame."""
        if self.newest <= cursor:
            return None
        frame = self._recent.get(cursor + 1)
        return self.newest_frame() if frame is None else (cursor + 1, frame)

    def newest_frame(self) -> tuple[int, bytes] | None:
        """The newest frame, None before the first."""
        return next(reversed(self._recent.items()), None)

    @contextmanager
    def waking(self, event: asyncio.Event) -> Iterator[None]:
        """Set ``event`` after every change while the block runs."""
        self._watchers.add(event)
        try:
            yield
        finally:
            self._watchers.discard(event)

    async def aclose(self) -> None:
        """End the subscription; watchers that are still there see ``Unavailable``."""
        self._is_closing = True  # a busy feed may miss one cancellation after the other, see ``ending``
        await end(self._task)

    async def _follow(self) -> None:
        try:
            async with self._subscriptions.pubsub() as subscription:
                with reaching_redis():
                    await subscribe(subscription, channel(self._job_id))
                await self._refresh()
                self._ready.set()
                while not self.is_final and not self._is_closing:
                    with reaching_redis():
                        await subscription.get_message(ignore_subscribe_messages=True, timeout=_LOOK_SECONDS)
                    await self._refresh()
        except PublicError as error:
            self._error = error
        except Exception:
            _log.exception("job_feed_failed", job_id=self._job_id)
            self._error = Internal("Following the job failed; the gateway's log holds the cause.")
        finally:
            if not self.is_final and self._error is None:
                self._error = Unavailable("The gateway is closing; connect again.")
            self._ready.set()
            self._wake()

    async def _refresh(self) -> None:
        try:
            state = await self._frames.state(self._job_id)
        except NotFound as error:
            if not self._state:
                raise
            raise NotFound(f"Job {self._job_id} was deleted.") from error
        if state == self._state:
            return
        summary = summarize_state(state)
        await self._read_frames(summary.sequence)
        self._state = state
        self.state_event = encode_state_event(state)
        self.is_final = summary.is_final
        self._wake()

    async def _read_frames(self, newest: int) -> None:
        first = max(self.newest + 1, newest - self._capacity() + 1)
        wanted = range(first, newest + 1)
        for sequence, frame in zip(wanted, await self._frames.frames(self._job_id, wanted), strict=True):
            if frame is not None:
                self._recent[sequence] = frame
                self.newest = sequence
        self._trim()

    def _capacity(self) -> int:
        newest = self.newest_frame()
        if newest is None:
            return 1  # a late joiner starts at the newest frame
        return max(1, min(RECENT_FRAMES, RECENT_BYTES // len(newest[1])))

    def _trim(self) -> None:
        capacity = self._capacity()
        while len(self._recent) > capacity:
            self._recent.popitem(last=False)

    def _wake(self) -> None:
        for event in self._watchers:
            event.set()


class JobFeeds:
    """The feeds of this process: made for a job's first watcher, freed after its last."""

    def __init__(self, subscriptions: Redis, frames: FrameStore) -> None:
        self._subscriptions = subscriptions
        self._frames = frames
        self._feeds: dict[JobId, JobFeed] = {}
        self._n_watchers: dict[JobFeed, int] = {}

    def __len__(self) -> int:
        return len(self._n_watchers)

    @asynccontextmanager
    async def of(self, job_id: JobId) -> AsyncIterator[JobFeed]:
        """The job's feed, alive as long as the block runs.

        Raises:
            NotFound: no such job.
            Unavailable: Redis does not answer.
        """
        feed = self._feeds.get(job_id)
        if feed is None or feed.is_lost:
            feed = self._feeds[job_id] = JobFeed(job_id, self._subscriptions, self._frames)
        self._n_watchers[feed] = self._n_watchers.get(feed, 0) + 1
        try:
            await feed.ready()
            yield feed
        finally:
            self._n_watchers[feed] -= 1
            if self._n_watchers[feed] == 0:
                await self._free(job_id, feed)

    async def aclose(self) -> None:
        """End every feed."""
        for feed in list(self._n_watchers):
            await feed.aclose()

    async def _free(self, job_id: JobId, feed: JobFeed) -> None:
        del self._n_watchers[feed]
        if self._feeds.get(job_id) is feed:
            del self._feeds[job_id]
        await feed.aclose()
