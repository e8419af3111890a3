"""Time that passes only as far as a test wants."""

from __future__ import annotations

from projector_compute.session import Clock


class FakeClock:
    """Each look at it takes ``tick_seconds``.

    Attributes:
        seconds: since the start.
        is_draining: whether the worker shuts down.
    """

    def __init__(self, tick_seconds: float = 0.0) -> None:
        self.tick_seconds = tick_seconds
        self.seconds = 0.0
        self.is_draining = False

    def monotonic(self) -> float:
        self.seconds += self.tick_seconds
        return self.seconds

    def as_clock(self) -> Clock:
        return Clock(self.monotonic, lambda: self.is_draining)
