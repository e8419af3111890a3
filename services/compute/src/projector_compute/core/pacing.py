"""When to publish a frame: often enough to look alive, seldom enough for the wire."""

from __future__ import annotations

MAX_FRAMES_HZ = 60.0
"""More than a screen shows."""
MAX_BYTES_PER_SECOND = 60e6
"""What one Redis reader in Python takes in; measured 55 to 81 MB/s."""


class FramePacer:
    """Says whether the frame at hand may be published now; those refused are simply older than the next one."""

    def __init__(
        self, max_frames_hz: float = MAX_FRAMES_HZ, max_bytes_per_second: float = MAX_BYTES_PER_SECOND
    ) -> None:
        self._min_gap_seconds = 1.0 / max_frames_hz
        self._max_bytes_per_second = max_bytes_per_second
        self._due_seconds = float("-inf")

    def is_due(self, now_seconds: float) -> bool:
        return now_seconds >= self._due_seconds

    def published(self, now_seconds: float, n_bytes: int) -> None:
        """Account for a frame of ``n_bytes`` that has just been published."""
        gap = max(self._min_gap_seconds, n_bytes / self._max_bytes_per_second)
        # Counting from when it was due keeps the mean rate at the limit although steps end a little after their turn.
        start = self._due_seconds if now_seconds - self._due_seconds < gap else now_seconds
        self._due_seconds = start + gap
