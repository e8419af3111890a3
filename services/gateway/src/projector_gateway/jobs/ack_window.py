"""How many frames may be on their way to a watcher before it says that it drew them."""

from __future__ import annotations

from collections import deque

# Eight frames keep 60 frames/s flowing over a round trip of 130 ms.
MAX_FRAMES = 8
# Large frames fill a slow line long before they are eight.
MAX_BYTES = 16 * 2**20


class AckWindow:
    """Counts the frames that were sent and not acknowledged; one frame may always be on its way."""

    def __init__(self, *, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self._on_their_way: deque[tuple[int, int]] = deque()
        self._n_bytes = 0

    @property
    def is_open(self) -> bool:
        """Whether one more frame may be sent."""
        if not self._on_their_way:
            return True
        return len(self._on_their_way) < self._max_frames and self._n_bytes < self._max_bytes

    def sent(self, sequence: int, n_bytes: int) -> None:
        """Note a frame that goes out; sequences rise."""
        self._on_their_way.append((sequence, n_bytes))
        self._n_bytes += n_bytes

    def acknowledge(self, sequence: int) -> None:
        """Note that every frame up to this one has been drawn."""
        while self._on_their_way and self._on_their_way[0][0] <= sequence:
            self._n_bytes -= self._on_their_way.popleft()[1]
