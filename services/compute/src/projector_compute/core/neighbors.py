"""Exact nearest neighbors of all rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]

_QUERY_ROWS = 512
_BASE_ROWS = 4096
"""One block of products is 8 MiB of float32: large enough for BLAS, small enough to stay in the last-level cache."""
_SPARE = 8
"""Candidates kept beyond the number asked for, so that float32 products, which lose digits where rows lie close
together, cannot push a true neighbor out before distances are taken again from differences."""


@dataclass(frozen=True)
class NeighborTable:
    """Each row's nearest other rows, ascending by distance, ties by row.

    Attributes:
        rows: int32 ``(n_points, n_neighbors)``.
        squared_distances: float32 ``(n_points, n_neighbors)``.
    """

    rows: Int32Array
    squared_distances: Float32Array


def nearest_neighbors(
    points: Float32Array, n_neighbors: int, progress: Callable[[float], None] = lambda done: None
) -> NeighborTable:
    """All rows' nearest other rows by squared Euclidean distance.

    Candidates come from blocked matrix products, distances from differences of the rows themselves, so that equal
    rows are at distance exactly 0.

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
            stop = min(start + _QUERY_ROWS, n_points)
            candidates = _candidates(centred, norms, start, stop, n_candidates)
            _rank(centred, start, candidates, rows[start:stop], squared[start:stop])
            progress(stop / n_points)
    return NeighborTable(rows, squared)


def _candidates(centred: Float32Array, norms: Float32Array, start: int, stop: int, n_candidates: int) -> Int32Array:
    """Rows with the smallest ``|x|^2 - 2 x.q`` for the queries ``start..stop``, unordered."""
    queries = centred[start:stop]
    nearest = np.full((stop - start, n_candidates), np.inf, np.float32)
    rows = np.full((stop - start, n_candidates), -1, np.int32)
    for base in range(0, len(centred), _BASE_ROWS):
        products = queries @ centred[base : base + _BASE_ROWS].T
        _keep_nearest(products, norms, start, base, nearest, rows)
    return rows


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _keep_nearest(
    products: Float32Array, norms: Float32Array, start: int, base: int, nearest: Float32Array, rows: Int32Array
) -> None:
    """Offer a block of rows to each query's bounded heap (its root, entry 0, is the farthest kept)."""
    n_kept = nearest.shape[1]
    two = np.float32(2)
    for query in prange(products.shape[0]):
        distances = nearest[query]
        kept = rows[query]
        for column in range(products.shape[1]):
            row = base + column
            distance = norms[row] - two * products[query, column]
            if distance >= distances[0] or row == start + query:
                continue
            hole = 0
            while True:
                child = 2 * hole + 1
                if child >= n_kept:
                    break
                if child + 1 < n_kept and distances[child + 1] > distances[child]:
                    child += 1
                if distances[child] <= distance:
                    break
                distances[hole] = distances[child]
                kept[hole] = kept[child]
                hole = child
            distances[hole] = distance
            kept[hole] = row


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _rank(points: Float32Array, start: int, candidates: Int32Array, rows: Int32Array, squared: Float32Array) -> None:
    """Order each query's candidates by distance, then by row, and keep as many as ``rows`` holds."""
    n_candidates = candidates.shape[1]
    for query in prange(candidates.shape[0]):
        by_row = np.sort(candidates[query])
        distances = np.empty(n_candidates, np.float32)
        for position in range(n_candidates):
            total = 0.0
            for dim in range(points.shape[1]):
                difference = points[start + query, dim] - points[by_row[position], dim]
                total += difference * difference
            distances[position] = total
        # A stable sort of rows in ascending order leaves ties in ascending order.
        order = np.argsort(distances, kind="mergesort")
        for position in range(rows.shape[1]):
            rows[query, position] = by_row[order[position]]
            squared[query, position] = distances[order[position]]
