"""Exact nearest neighbors of all rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_QUERY_ROWS = 512
_BASE_ROWS = 4096
"""One block of products is 8 MiB of float32: large enough for BLAS, small enough to stay in the last-level cache."""
_SPARE = 8
"""Candidates kept beyond the number asked for: unless rows crowd, float32 products misplace no neighbor so far."""
_ROUNDING_SPREAD = 4.0
"""Rounding errors of a sum of n products grow like sqrt(n); four times that is met once in many thousand sums
(N. Higham, T. Mary, "A new approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41 (2019))."""
_BLOCK_DIMS = 64
"""Dimensions summed in float32 SIMD lanes between two looks at the limit."""
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
    n_points = len(points)
    n_candidates = min(n_neighbors + _SPARE, n_points - 1)
    rows = np.empty((n_points, n_neighbors), np.int32)
    squared = np.empty((n_points, n_neighbors), np.float32)
    if n_neighbors:
        centred = points - points.mean(axis=0, dtype=np.float64).astype(np.float32)
        norms = np.einsum("ij,ij->i", centred, centred)
        for start in range(0, n_points, _QUERY_ROWS):
            queries = np.arange(start, min(start + _QUERY_ROWS, n_points))
            candidates, farthest = _candidates(centred, norms, queries, n_candidates)
            _rank(points, queries, candidates, rows, squared)
            if n_candidates < n_points - 1:
                is_sure = _is_sure(squared[queries, -1], farthest, norms[queries], points.shape[1])
                unsure = queries[~is_sure]
                if len(unsure):
                    _rank(points, unsure, _search(points, unsure, n_neighbors), rows, squared)
            progress((start + len(queries)) / n_points)
    return NeighborTable(rows, squared)


def _candidates(
    centred: Float32Array, norms: Float32Array, queries: Int64Array, n_candidates: int
) -> tuple[Int32Array, Float32Array]:
    """Rows with the smallest ``|x|^2 - 2 x.q`` for successive queries, unordered, and the largest of these values."""
    start = int(queries[0])
    values = np.full((len(queries), n_candidates), np.inf, np.float32)
    rows = np.full((len(queries), n_candidates), -1, np.int32)
    for base in range(0, len(centred), _BASE_ROWS):
        products = centred[start : start + len(queries)] @ centred[base : base + _BASE_ROWS].T
        _keep_nearest(products, norms, start, base, values, rows)
    return rows, values[:, 0]


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
def _keep_nearest(
    products: Float32Array, norms: Float32Array, start: int, base: int, nearest: Float32Array, rows: Int32Array
) -> None:
    """Offer a block of rows to each query's bounded heap (its root, entry 0, is the farthest kept)."""
    two = np.float32(2)
    for query in prange(products.shape[0]):
        distances = nearest[query]
        kept = rows[query]
        for column in range(products.shape[1]):
            row = base + column
            distance = norms[row] - two * products[query, column]
            if distance < distances[0] and row != start + query:
                _replace_farthest(distances, kept, distance, row)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _replace_farthest(distances: Float32Array, kept: Int32Array, distance: np.float32, row: int) -> None:
    """Put a row into a heap in the place of its root; of equals the last row is nearest to the root.

    The row must be beyond all rows that were put there before.
    """
    n_kept = distances.size
    hole = 0
    while True:
        child = 2 * hole + 1
        if child >= n_kept:
            break
        other = child + 1
        if other < n_kept and (
            distances[other] > distances[child] or (distances[other] == distances[child] and kept[other] > kept[child])
        ):
            child = other
        if distances[child] <= distance:
            break
        distances[hole] = distances[child]
        kept[hole] = kept[child]
        hole = child
    distances[hole] = distance
    kept[hole] = row


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _rank(
    points: Float32Array, queries: Int64Array, candidates: Int32Array, rows: Int32Array, squared: Float32Array
) -> None:
    """Order each query's candidates by distance, then by row, and keep as many as ``rows`` holds."""
    n_candidates = candidates.shape[1]
    for position in prange(queries.size):
        query = queries[position]
        by_row = np.sort(candidates[position])
        distances = np.empty(n_candidates, np.float32)
        for column in range(n_candidates):
            distances[column] = _squared_distance(points[query], points[by_row[column]], np.inf)
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
                _replace_farthest(distances, found[position], distance, row)
    return found


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _squared_distance(row: Float32Array, other: Float32Array, limit: float) -> float:
    """Of two rows; infinite as soon as it is known to exceed the limit."""
    n_dims = row.size
    total = 0.0
    for start in range(0, n_dims, _BLOCK_DIMS):
        block = np.float32(0)
        for dim in range(start, min(start + _BLOCK_DIMS, n_dims)):
            difference = row[dim] - other[dim]
            block += difference * difference
        total += np.float64(block)
        if total > limit:
            return np.inf
    return total
