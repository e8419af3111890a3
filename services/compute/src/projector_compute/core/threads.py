"""How many threads a pass over points is worth."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numba

_POINTS_PER_THREAD = 16_384
"""With fewer, a step of all kernels takes some milliseconds: what a second thread would save of them is less than what
all wait for when another process has its core (a time slice of 4 to 8 ms, measured)."""


@contextlib.contextmanager
def threads_for(n_points: int) -> Iterator[None]:
    """Lend as many of this process's threads as a step of so many points keeps busy; results must not depend on it."""
    allowed = numba.get_num_threads()
    numba.set_num_threads(max(1, min(allowed, n_points // _POINTS_PER_THREAD)))
    try:
        yield
    finally:
        numba.set_num_threads(allowed)
