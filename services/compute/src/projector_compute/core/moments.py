"""Mean and standard deviation of each dimension, over the rows of an embedding that are finite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

_NO_DEVIATION = 1e-12
"""Of the mean: less is rounding, since one float32 number in a million that differs makes 6e-11."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Of the finite rows.

    Attributes:
        mean: float64 ``(n_dims,)``.
        deviation: float64 ``(n_dims,)``, of the whole population; 0 exactly where all rows are equal.
        n_rows: finite rows.
    """

    mean: Float64Array
    deviation: Float64Array
    n_rows: int

    @property
    def inverse_deviation(self) -> Float64Array:
        """By which to multiply for unit variance; 0 where all rows are equal."""
        return np.divide(1.0, self.deviation, out=np.zeros_like(self.deviation), where=self.deviation > 0)


def finite_moments(points: Float32Array) -> Moments:
    """Read the points twice, as they are mapped, and keep nothing of them.

    Args:
        points: ``(n_points, n_dims)``; rows with NaN or infinite values are passed over.
    """
    points = points.view()
    points.setflags(write=False)  # kernels are compiled for read-only points alone, mapped or not
    n_dims = points.shape[1]
    total = np.zeros(n_dims)
    n_rows = _add_powers(points, np.zeros(n_dims), 1, total)
    mean = total / max(n_rows, 1)
    squares = np.zeros(n_dims)
    _add_powers(points, mean, 2, squares)
    deviation = np.sqrt(squares / max(n_rows, 1))
    deviation[deviation <= _NO_DEVIATION * np.abs(mean)] = 0.0
    return Moments(mean, deviation, n_rows)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add_powers(points: Float32Array, shift: Float64Array, power: int, total: Float64Array) -> int:
    """Add up differences from a shift, or their squares, over finite rows; how many there are."""
    n_rows = 0
    for position in range(points.shape[0]):
        row = points[position]
        size = 0.0
        for dim in range(row.size):
            size += abs(np.float64(row[dim]))
        if not np.isfinite(size):
            continue
        n_rows += 1
        if power == 1:
            for dim in range(row.size):
                total[dim] += np.float64(row[dim]) - shift[dim]
        else:
            for dim in range(row.size):
                difference = np.float64(row[dim]) - shift[dim]
                total[dim] += difference * difference
    return n_rows
