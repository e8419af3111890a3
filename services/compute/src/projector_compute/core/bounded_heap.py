"""The smallest of many values, kept in a heap of fixed size whose root, entry 0, is the largest kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def replace_farthest(values: NDArray[np.floating[Any]], rows: NDArray[np.int32], value: float, row: int) -> None:
    """Put a row into a heap in the place of its root; of equals the last row is nearest to the root.

    The row must be beyond all rows that were put there before, its value below the root's.
    """
    n_kept = values.size
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= n_kept:
            break
        other = child + 1
        if other < n_kept and (
            values[other] > values[child] or (values[other] == values[child] and rows[other] > rows[child])
        ):
            child = other
        if values[child] <= value:
            break
        values[hole] = values[child]
        rows[hole] = rows[child]
        hole = child
    values[hole] = value
    rows[hole] = row
