"""Exact nearest neighbors of all rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.bounded_heap import replace_farthest
from projector_compute.core.candidates import find_candidates

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_RANKED_ROWS = 1024
"""Rows between two looks at whether the work is still wanted."""
_SPARE = 8
"""Candidates kept beyond the number asked for: unless rows crowd, float32 products misplace no neighbor so far."""
_RANK_COST = 8
"""One distance by differences costs as much time as so many products of a matrix product; for progress alone."""
_ROUNDING_SPREAD = 4.0
"""Rounding errors of a sum of n products grow like sqrt(n); four times that is met once in many thousand sums
(N. Higham, T. Mary, "A new approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41 (2019))."""
_BLOCK_DIMS = 128
"""Dimensions summed in float32 SIMD lanes before the sum goes on in float64."""
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
"""Lets the compiler sum in SIMD lanes; infinities and NaN keep their meaning."""


@dataclass(frozen=True)
class NeighborTable:
    """Each row's nearest other rows, ascending by distance, ties by row.

    Attributes:
        rows: int32 ``(n_points, n_neighbors)``.
        squared_distances: float32 ``(n_points, n_neighbors)``.
    """

    rows: Int32Array
    squared_distances: Float32Array

    def __post_init__(self) -> None:
        # Kernels are compiled for read-only arrays alone, whether these were just made or are mapped from a file.
        for array in (self.rows, self.squared_distances):
            array.setflags(write=False)


def nearest_neighbors(
    points: Float32Array, n_neighbors: int, progress: Callable[[float], None] = lambda done: None
) -> NeighborTable:
    """All rows' nearest other rows by squared Euclidean distance.

    Candidates come from blocked matrix products, distances from differences of the rows themselves, so that equal
    rows are at distance exactly 0. Products lose digits where rows lie much closer together than to the mean: rows
    whose candidates are then not sure to hold the neighbors look at every other row.

    Args:
        points: ``(n_points, n_dims)``, finite, of magnitude around 1: squares are float32.
        n_neighbors: from 0 to ``n_points - 1``.
        progress: called with the done part after each block of rows; may raise.
    """
    n_points, n_dims = points.shape
    n_candidates = min(n_neighbors + _SPARE, n_points - 1)
    rows = np.empty((n_points, n_neighbors), np.int32)
    squared = np.empty((n_points, n_neighbors), np.float32)
    if n_neighbors == 0:
        return NeighborTable(rows, squared)
    centred = points - points.mean(axis=0, dtype=np.float64).astype(np.float32)
    norms = np.einsum("ij,ij->i", centred, centred)
    search_part = n_points / (n_points + 2 * _RANK_COST * n_candidates)
    found = find_candidates(centred, norms, n_candidates, lambda done: progress(search_part * done))
    for start in range(0, n_points, _RANKED_ROWS):
        queries = np.arange(start, min(start + _RANKED_ROWS, n_points))
        rank_candidates(points, queries, found.rows[queries], rows, squared)
        if n_candidates < n_points - 1:
            is_sure = _is_sure(squared[queries, -1], found.farthest[queries], norms[queries], n_dims)
            unsure = queries[~is_sure]
            if len(unsure):
                rank_candidates(points, unsure, _search(points, unsure, n_neighbors), rows, squared)
        progress(search_part + (1 - search_part) * (start + len(queries)) / n_points)
    return NeighborTable(rows, squared)


def _is_sure(farthest_neighbor: Float32Array, farthest: Float32Array, norms: Float32Array, n_dims: int) -> BoolArray:
    """Whether no row outside the candidates can be nearer than the farthest neighbor found among them.

    With b the query's norm and e the relative error of a product, the value of a row x is off by at most ``e (|x|^2 +
    2 |x| b)``: at most ``8 e b^2`` for ``|x| <= 2 b``, and beyond that at most 8 e times the squared distance.

    Args:
        farthest_neighbor: squared distance, ``(n_queries,)``.
        farthest: candidates' largest value of ``|x|^2 - 2 x.q``, ``(n_queries,)``.
        norms: squared norms of the queries, ``(n_queries,)``.
    """
    error = 8 * _ROUNDING_SPREAD * np.sqrt(n_dims) * float(np.finfo(np.float32).epsneg)
    wide_norms = norms.astype(np.float64)
    return np.asarray(farthest_neighbor < (1 - error) * (farthest + wide_norms) - error * wide_norms)


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def rank_candidates(
    points: Float32Array, queries: Int64Array, candidates: Int32Array, rows: Int32Array, squared: Float32Array
) -> None:
    """Order each query's candidates by distance, then by row, and keep as many as ``rows`` holds.

    Args:
        points: ``(n_points, n_dims)``.
        queries: int64 ``(n_queries,)``, rows of all arrays but ``candidates``.
        candidates: int32 ``(n_queries, n_candidates)``.
        rows, squared: where their nearest and the squared distances go.
    """
    for position in prange(queries.size):
        query = queries[position]
        by_row = np.sort(candidates[position])
        distances = _squared_distances(points, query, by_row)
        # A stable sort of rows in ascending order leaves ties in ascending order.
        order = np.argsort(distances, kind="mergesort")
        for column in range(rows.shape[1]):
            rows[query, column] = by_row[order[column]]
            squared[query, column] = distances[order[column]]


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _search(points: Float32Array, queries: Int64Array, n_neighbors: int) -> Int32Array:
    """The nearest rows of each query by their distances to every row, unordered; of equals the first are kept."""
    found = np.full((queries.size, n_neighbors), -1, np.int32)
    for position in prange(queries.size):
        query = queries[position]
        distances = np.full(n_neighbors, np.inf, np.float32)
        for row in range(points.shape[0]):
            distance = np.float32(_squared_distance(points[query], points[row], distances[0]))
            if distance < distances[0] and row != query:
                replace_farthest(distances, found[position], distance, row)
    return found


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _squared_distances(points: Float32Array, query: int, others: Int32Array) -> Float32Array:
    """Of one row to some others, four at a time: rows far apart in memory then arrive side by side."""
    distances = np.empty(others.size, np.float32)
    in_fours = others.size - others.size % 4
    for start in range(0, in_fours, 4):
        distances[start : start + 4] = _four_squared_distances(
            points[query],
            points[others[start]],
            points[others[start + 1]],
            points[others[start + 2]],
            points[others[start + 3]],
        )
    for position in range(in_fours, others.size):
        distances[position] = _squared_distance(points[query], points[others[position]], np.inf)
    return distances


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _four_squared_distances(
    row: Float32Array, other_0: Float32Array, other_1: Float32Array, other_2: Float32Array, other_3: Float32Array
) -> tuple[float, float, float, float]:
    total_0 = total_1 = total_2 = total_3 = 0.0
    for start in range(0, row.size, _BLOCK_DIMS):
        # Slices, because only loops from 0 are compiled to SIMD lanes.
        part = row[start : start + _BLOCK_DIMS]
        part_0 = other_0[start : start + _BLOCK_DIMS]
        part_1 = other_1[start : start + _BLOCK_DIMS]
        part_2 = other_2[start : start + _BLOCK_DIMS]
        part_3 = other_3[start : start + _BLOCK_DIMS]
        sum_0 = sum_1 = sum_2 = sum_3 = np.float32(0)
        for dim in range(part.size):
            value = part[dim]
            sum_0 += (value - part_0[dim]) * (value - part_0[dim])
            sum_1 += (value - part_1[dim]) * (value - part_1[dim])
            sum_2 += (value - part_2[dim]) * (value - part_2[dim])
            sum_3 += (value - part_3[dim]) * (value - part_3[dim])
        total_0 += np.float64(sum_0)
        total_1 += np.float64(sum_1)
        total_2 += np.float64(sum_2)
        total_3 += np.float64(sum_3)
    return total_0, total_1, total_2, total_3


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _squared_distance(row: Float32Array, other: Float32Array, limit: float) -> float:
    """Of two rows; infinite as soon as it is known to exceed the limit."""
    total = 0.0
    for start in range(0, row.size, _BLOCK_DIMS):
        part = row[start : start + _BLOCK_DIMS]
        other_part = other[start : start + _BLOCK_DIMS]
        block = np.float32(0)
        for dim in range(part.size):
            difference = part[dim] - other_part[dim]
            block += difference * difference
        total += np.float64(block)
        if total > limit:
            return np.inf
    return total
