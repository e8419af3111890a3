"""Thread pools of the numeric libraries, which read these variables when they are first imported."""

from __future__ import annotations

import os

_POOLS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_SHORT_SPINS = {"OPENBLAS_THREAD_TIMEOUT": "16", "GOMP_SPINCOUNT": "10000"}
"""How long an idle thread of a pool spins before it sleeps: about 0.1 ms, which bridges the gaps inside one step.
Left alone, the threads of matrix products and those of kernels spin on the cores that the others work on: neighbors of
10,000 x 784 took nearly twice as long on two cores, and a t-SNE step of 2,000 points 6 ms instead of 4.6 ms. The
first is a power of two of clock ticks, the second a number of turns."""


def bound_threads(n_threads: int) -> None:
    """Give each pool so many threads; to be called before numpy, scipy or numba is imported."""
    for variable in _POOLS:
        os.environ[variable] = str(n_threads)
    for variable, duration in _SHORT_SPINS.items():
        os.environ.setdefault(variable, duration)
