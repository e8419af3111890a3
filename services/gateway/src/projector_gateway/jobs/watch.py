"""One watcher's walk through a job's events: history first, then live, never more than it can draw.

Order: the current state, then frames in rising sequence with newer states between them, at last the final state.
While a watcher keeps up it gets every frame. One that lags gets the newest frame next: too many of its frames are not
acknowledged, or the next one came before it had taken the last. So does one that is seen again after it was hidden. The
last frame and the final state are never dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from projector_contracts.names import JobId
from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs.ack_window import AckWindow
from projector_gateway.jobs.feed import JobFeed

# A watcher that replays an ended job and acknowledges nothing (a hidden browser tab) is sent the end after this time.
REPLAY_PATIENCE_SECONDS = 10.0


class Watch:
    """Events of one job for one watcher.

    Args:
        after: sequence the watcher has seen: kept frames above it are replayed; None: start at the newest frame.
        window: limits unacknowledged frames; None where the transport alone tells how fast the watcher reads.
    """

    def __init__(
        self, job_id: JobId, feed: JobFeed, frames: FrameStore, *, after: int | None, window: AckWindow | None
    ) -> None:
        self._job_id = job_id
        self._feed = feed
        self._frames = frames
        self._after = after
        self._window = window
        self._cursor = after or 0
        self._lags = False
        self._is_hidden = False
        self._state_event = b""
        self._changed = asyncio.Event()

    def acknowledge(self, sequence: int) -> None:
        """The watcher has drawn every frame up to this one."""
        if self._window is not None:
            self._window.acknowledge(sequence)
            self._changed.set()

    def hide(self) -> None:
        """Nobody sees the watcher: it wants no frames but the last."""
        self._is_hidden = True

    def show(self) -> None:
        """The watcher is seen again and wants the newest frame."""
        if self._is_hidden:
            self._is_hidden = False
            self._lags = True
            if self._window is not None:
                self._window.clear()
            self._changed.set()

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Serialised JobEvents until the final state.

        Raises:
            Unavailable: the job's feed was lost; the watcher should come again with its last sequence.
        """
        with self._feed.waking(self._changed):
            if self._after is not None:
                async for event in self._replay():
                    yield event
            async for event in self._live():
                yield event

    async def _live(self) -> AsyncGenerator[bytes, None]:
        while True:
            self._changed.clear()
            self._feed.raise_if_lost()
            newest = self._feed.newest
            if state := self._take_state():
                yield state
            self._note_overtaking(newest)
            newest = self._feed.newest
            if frame := self._take_frame():
                yield frame
                self._note_overtaking(newest)
            elif self._feed.is_final:
                yield self._feed.state_event
                return
            else:
                await self._changed.wait()

    async def _replay(self) -> AsyncGenerator[bytes, None]:
        """Kept frames above the cursor, in order, up to the newest at the start."""
        kept = await self._frames.kept_sequences(self._job_id)
        for sequence in kept:
            if sequence <= self._cursor:
                continue
            while not self._is_open():
                if self._is_hidden:
                    return  # it gets the newest once it is seen
                if state := self._take_state():
                    yield state
                if not await self._changed_in_time() and self._feed.is_final:
                    return
            (frame,) = await self._frames.frames(self._job_id, [sequence])
            if state := self._take_state():
                yield state
            if frame is not None:
                yield self._sent(sequence, frame)

    async def _changed_in_time(self) -> bool:
        try:
            async with asyncio.timeout(REPLAY_PATIENCE_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return False
        self._changed.clear()
        self._feed.raise_if_lost()
        return True

    def _take_state(self) -> bytes | None:
        """The newest state if this watcher does not know it; the final one waits for the last frame."""
        event = self._feed.state_event
        if self._feed.is_final or event == self._state_event:
            return None
        self._state_event = event
        return event

    def _take_frame(self) -> bytes | None:
        if self._feed.newest <= self._cursor:
            return None
        if not self._is_open():
            self._lags = True
            if not self._feed.is_final:
                return None
        found = self._feed.newest_frame() if self._lags else self._feed.recent_after(self._cursor)
        self._lags = False
        return None if found is None else self._sent(*found)

    def _note_overtaking(self, newest: int) -> None:
        """Skip to the newest frame if one has come since ``newest``: the connection held back what was yielded."""
        if self._feed.newest > newest:
            self._lags = True

    def _is_open(self) -> bool:
        return not self._is_hidden and (self._window is None or self._window.is_open)

    def _sent(self, sequence: int, frame: bytes) -> bytes:
        self._cursor = sequence
        if self._window is not None:
            self._window.sent(sequence, len(frame))
        return frame
