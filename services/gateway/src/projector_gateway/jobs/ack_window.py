"""How many frames may be on their way to a watcher before it says that it drew them."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

# Whoever draws slowly is not sent what is old by the time it is drawn; whoever is quick soon gets more.
FIRST_FRAMES = 1
# Eight frames keep 60 frames/s flowing over a round trip of 130 ms.
MAX_FRAMES = 8
# Large frames fill a slow line long before they are eight.
MAX_BYTES = 16 * 2**20
# Longer than this above its quickest, and a frame has been waiting for others before it.
QUEUED_SECONDS = 0.25


class AckWindow:
    """Counts the frames that were sent and not acknowledged; one frame may always be on its way.

    More are allowed with each that is quickly acknowledged, and fewer while frames queue up between here and a watcher
    that draws slowly: it would see old ones only. How long that takes is judged by the quickest acknowledgement, since
    a long line alone is no queue.
    """

    def __init__(
        self,
        *,
        first_frames: int = FIRST_FRAMES,
        max_frames: int = MAX_FRAMES,
        max_bytes: int = MAX_BYTES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._now = now
        self._on_their_way: deque[tuple[int, int, float]] = deque()
        self._n_bytes = 0
        self._allowed_frames = min(first_frames, max_frames)
        self._quickest_seconds = math.inf

    @property
    def is_open(self) -> bool:
        """Whether one more frame may be sent."""
        if not self._on_their_way:
            return True
        return len(self._on_their_way) < self._allowed_frames and self._n_bytes < self._max_bytes

    def sent(self, sequence: int, n_bytes: int) -> None:
        """Note a frame that goes out; sequences rise."""
        self._on_their_way.append((sequence, n_bytes, self._now()))
        self._n_bytes += n_bytes

    def acknowledge(self, sequence: int) -> None:
        """Note that every frame up to this one has been drawn."""
        sent_at = None
        while self._on_their_way and self._on_their_way[0][0] <= sequence:
            _, n_bytes, sent_at = self._on_their_way.popleft()
            self._n_bytes -= n_bytes
        if sent_at is not None:
            self._adapt(self._now() - sent_at)

    def clear(self) -> None:
        """Forget what is on its way: nobody will say that it was drawn."""
        self._on_their_way.clear()
        self._n_bytes = 0

    def _adapt(self, seconds: float) -> None:
        self._quickest_seconds = min(self._quickest_seconds, seconds)
        if seconds - self._quickest_seconds > QUEUED_SECONDS:
            self._allowed_frames = max(1, self._allowed_frames // 2)
        elif self._allowed_frames < self._max_frames:
            self._allowed_frames += 1
