"""An embedding as searches see it: its own rows, transformed as they are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projector_compute.core.preprocess import Transform

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
"""Lets the compiler sum in SIMD lanes; infinities and NaN keep their meaning."""


@dataclass(frozen=True, eq=False)
class SearchSpace:
    """Rows ``(points - shift) * scale * factors``, taken in float64 while ``points`` are read and never stored.

    float64 costs no time, since a search waits for memory, and holds the square of every float32 number.

    Attributes:
        points: float32 ``(n_points, n_dims)``, read-only; it may be mapped.
        shift, scale: of each dimension, ``(n_dims,)``.
        factors: of each row, ``(n_points,)``.
        lengths: Euclidean norms of the transformed rows ``(n_points,)``; NaN where a row is not finite.
        n_not_finite, n_zero: rows of either kind.
    """

    points: Float32Array
    shift: Float64Array
    scale: Float64Array
    factors: Float64Array
    lengths: Float64Array
    n_not_finite: int
    n_zero: int

    def rows(self, rows: NDArray[np.intp]) -> Float64Array:
        """Some of the transformed rows, ``(len(rows), n_dims)``."""
        wide = self.points[rows].astype(np.float64)
        return np.asarray((wide - self.shift) * self.scale * self.factors[rows, np.newaxis])


def transformed_space(points: Float32Array, transform: Transform | None = None) -> SearchSpace:
    """The space of all rows of an embedding after a transform; None changes nothing."""
    n_points, n_dims = points.shape
    if transform is None:
        transform = Transform(np.zeros(n_dims), np.ones(n_dims), to_unit=False)
    points = points.view()
    points.setflags(write=False)  # kernels are compiled for read-only points alone, mapped or not
    lengths = _lengths(points, transform.shift, transform.scale)
    lengths[~np.isfinite(lengths)] = np.nan
    factors = np.ones(n_points)
    if transform.to_unit:
        np.divide(1.0, lengths, out=factors, where=lengths > 0)
        lengths[lengths > 0] = 1.0
    n_not_finite = int(np.count_nonzero(np.isnan(lengths)))
    n_zero = int(np.count_nonzero(lengths == 0))
    return SearchSpace(points, transform.shift, transform.scale, factors, lengths, n_not_finite, n_zero)


@njit(nogil=True, cache=True, fastmath=SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _lengths(points: Float32Array, shift: Float64Array, scale: Float64Array) -> Float64Array:
    lengths = np.empty(points.shape[0], np.float64)
    for row in range(points.shape[0]):
        total = 0.0
        for dim in range(points.shape[1]):
            value = (np.float64(points[row, dim]) - shift[dim]) * scale[dim]
            total += value * value
        lengths[row] = np.sqrt(total)
    return lengths
