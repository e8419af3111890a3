"""How long work takes, ours and a peer's, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

Work = Callable[[], object]


def seconds(work: Work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def alternate(ours: Work, peer: Work, repeats: int) -> tuple[float, float]:
    """Median seconds of each; they take turns, so that a busy moment hits both."""
    pairs = [(seconds(ours), seconds(peer)) for _ in range(repeats)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
