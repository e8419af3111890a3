"""Exact nearest rows of one row: one pass over the embedding, without any index."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
UInt32Array = NDArray[np.uint32]
RowArray = NDArray[np.intp]

_BLOCK_VALUES = 2**16
"""Values of a block: 256 KiB, so that temporaries of the same size stay in the cache and the pass runs at the speed of
memory."""
_SMALLEST_NORM = 2.0**-100
"""Shorter rows lose digits where products fall below float32's normal numbers."""
_ROUNDING_SPREAD = 4.0
"""Rounding errors of a sum of n products grow like sqrt(n); four times that is met once in many thousand sums
(N. Higham, T. Mary, "A new approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41 (2019))."""
_FLOAT32 = np.finfo(np.float32)


def row_norms(points: Float32Array) -> Float32Array:
    """Euclidean norm of each row, float32 ``(n_points,)``; infinite where float32 cannot hold it."""
    norms = np.empty(len(points), np.float32)
    with np.errstate(over="ignore"):
        for rows in _blocks(len(points), points.shape[1]):
            block = points[rows].astype(np.float64)
            norms[rows] = np.sqrt(np.einsum("ij,ij->i", block, block))
    return norms


def nearest_by_euclidean(points: Float32Array, row: int, n_neighbors: int) -> tuple[UInt32Array, Float32Array]:
    """Rows nearest to one of them by Euclidean distance.

    Args:
        points: ``(n_points, n_dims)``; rows that are not finite are never an answer.
        row: the row asked about, finite; it is left out of the answer.
        n_neighbors: clamped to the rows there are.

    Returns:
        Rows and distances ``(n_neighbors,)``, ascending by distance, ties by row.
    """
    n_points, n_dims = points.shape
    query = points[row]
    rough = np.empty(n_points, np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for rows in _blocks(n_points, n_dims):
            differences = points[rows] - query
            rough[rows] = np.sqrt(np.einsum("ij,ij->i", differences, differences))

    def reach(distance: float) -> float:
        lost_digits = n_dims * float(_FLOAT32.smallest_subnormal)
        return math.sqrt(distance**2 * (1 + 2 * _rounding(n_dims)) + 2 * lost_digits)

    def measure(rows: RowArray) -> Float32Array:
        return _measure(points, rows, lambda block: _euclidean(block, query))

    return _rank(rough, row, n_neighbors, reach=reach, measure=measure)


def nearest_by_cosine(
    points: Float32Array, norms: Float32Array, row: int, n_neighbors: int
) -> tuple[UInt32Array, Float32Array]:
    """Rows nearest to one of them by cosine distance, ``1 - cos`` in [0, 2].

    A row of zeros has no direction: its cosine is taken to be 0, so it is at distance 1 from every other row.

    Args and returns as for ``nearest_by_euclidean``; ``norms`` are the rows' norms, ``(n_points,)``.
    """
    n_points, n_dims = points.shape
    rough = np.empty(n_points, np.float32)
    is_rough_enough = (norms == 0) | ((norms >= _SMALLEST_NORM) & np.isfinite(norms))
    with np.errstate(invalid="ignore", over="ignore"):
        query = points[row] / _divisor(norms[row : row + 1])
        for rows in _blocks(n_points, n_dims):
            rough[rows] = 1.0 - (points[rows] @ query) / _divisor(norms[rows])
    if is_rough_enough[row]:
        rough[~is_rough_enough] = np.nan
    else:
        rough[:] = np.nan

    def reach(distance: float) -> float:
        return distance + 2 * _rounding(n_dims)

    def measure(rows: RowArray) -> Float32Array:
        return _measure(points, rows, lambda block: _cosine(block, points[row]))

    return _rank(rough, row, n_neighbors, reach=reach, measure=measure)


def _blocks(n_rows: int, n_dims: int) -> Iterator[slice]:
    n_block = max(1, _BLOCK_VALUES // n_dims)
    for start in range(0, n_rows, n_block):
        yield slice(start, start + n_block)


def _rounding(n_dims: int) -> float:
    """Relative error of a float32 sum of as many products, and of the few operations around it."""
    return (_ROUNDING_SPREAD * math.sqrt(n_dims) + 4) * float(_FLOAT32.epsneg)


def _divisor(norms: NDArray[np.floating]) -> NDArray[np.floating]:
    """Norms with 1 in the place of 0, so that a row of zeros stays one."""
    return np.where(norms > 0, norms, norms.dtype.type(1))


def _euclidean(rows: Float32Array, query: Float32Array) -> Float64Array:
    return np.asarray(np.linalg.norm(rows.astype(np.float64) - query, axis=1))


def _cosine(rows: Float32Array, query: Float32Array) -> Float64Array:
    wide, wide_query = rows.astype(np.float64), query.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1) * float(np.linalg.norm(wide_query))
    cosines = (wide @ wide_query) / _divisor(lengths)
    return np.asarray(np.clip(1.0 - cosines, 0.0, 2.0))


def _rank(
    rough: Float32Array,
    row: int,
    n_neighbors: int,
    *,
    reach: Callable[[float], float],
    measure: Callable[[RowArray], Float32Array],
) -> tuple[UInt32Array, Float32Array]:
    """Choose by rough float32 distances and order by exact ones.

    Args:
        rough: ``(n_points,)``; not finite where float32 could not say: those are measured first.
        reach: how far a row may seem to be that could be as near as one that seems to be at a distance.
        measure: exact distances of some rows, not finite where the row is not.
    """
    lost = np.flatnonzero(~np.isfinite(rough))
    rough[lost] = measure(lost)
    candidates = np.flatnonzero(np.isfinite(rough))
    candidates = candidates[candidates != row]
    if n_neighbors < len(candidates):
        last = max(n_neighbors - 1, 0)
        farthest = float(np.partition(rough[candidates], last)[last])
        candidates = candidates[rough[candidates] <= reach(farthest)]
    # Compared as float32, as they are answered: what looks equal to the reader is ordered by row.
    distances = measure(candidates)
    order = np.argsort(distances, kind="stable")[:n_neighbors]
    return candidates[order].astype(np.uint32), distances[order]


def _measure(
    points: Float32Array, rows: RowArray, distances_of: Callable[[Float32Array], Float64Array]
) -> Float32Array:
    """Distances of some rows, taken by blocks because there may be many, rounded to float32."""
    distances = np.empty(len(rows), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for block in _blocks(len(rows), points.shape[1]):
            distances[block] = distances_of(points[rows[block]])
    return distances
