"""Exact nearest rows of one row: one pass over the embedding, without any index."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
UInt32Array = NDArray[np.uint32]

_BLOCK_VALUES = 2**16
"""Values of a block: 256 KiB, so that temporaries of the same size stay in the cache and the pass runs at the speed of
memory."""
_SPARE = 64
"""Rows ranked again in float64 beyond the number asked for: more than float32 rounding could have misplaced."""


def row_norms(points: Float32Array) -> Float32Array:
    """Euclidean norm of each row, float32 ``(n_points,)``."""
    norms = np.empty(len(points), np.float32)
    for rows in _blocks(points):
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
    query = points[row]
    squared = np.empty(len(points), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for rows in _blocks(points):
            differences = points[rows] - query
            squared[rows] = np.einsum("ij,ij->i", differences, differences)
    return _rank(squared, row, n_neighbors, lambda rows: _euclidean(points[rows], query))


def nearest_by_cosine(
    points: Float32Array, norms: Float32Array, row: int, n_neighbors: int
) -> tuple[UInt32Array, Float32Array]:
    """Rows nearest to one of them by cosine distance, ``1 - cos`` in [0, 2].

    A row of zeros has no direction: its cosine is taken to be 0, so it is at distance 1 from every other row.

    Args and returns as for ``nearest_by_euclidean``; ``norms`` are the rows' norms, ``(n_points,)``.
    """
    query = points[row] / _divisor(norms[row : row + 1])
    distances = np.empty(len(points), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        for rows in _blocks(points):
            distances[rows] = 1.0 - (points[rows] @ query) / _divisor(norms[rows])
    return _rank(distances, row, n_neighbors, lambda rows: _cosine(points[rows], points[row]))


def _blocks(points: Float32Array) -> Iterator[slice]:
    n_rows = max(1, _BLOCK_VALUES // points.shape[1])
    for start in range(0, len(points), n_rows):
        yield slice(start, start + n_rows)


def _divisor(norms: NDArray[np.floating]) -> NDArray[np.floating]:
    """Norms with 1 in the place of 0, so that a row of zeros stays one."""
    return np.where(norms > 0, norms, norms.dtype.type(1))


def _euclidean(rows: Float32Array, query: Float32Array) -> NDArray[np.float64]:
    return np.asarray(np.linalg.norm(rows.astype(np.float64) - query, axis=1))


def _cosine(rows: Float32Array, query: Float32Array) -> NDArray[np.float64]:
    wide, wide_query = rows.astype(np.float64), query.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1) * float(np.linalg.norm(wide_query))
    cosines = (wide @ wide_query) / _divisor(lengths)
    return np.asarray(np.clip(1.0 - cosines, 0.0, 2.0))


def _rank(
    rough: Float32Array, row: int, n_neighbors: int, measure: Callable[[NDArray[np.intp]], NDArray[np.float64]]
) -> tuple[UInt32Array, Float32Array]:
    """Choose by rough float32 distances, with some to spare, and order by exact ones."""
    candidates = np.flatnonzero(np.isfinite(rough))
    candidates = candidates[candidates != row]
    n_candidates = n_neighbors + _SPARE
    if n_candidates < len(candidates):
        farthest = np.partition(rough[candidates], n_candidates - 1)[n_candidates - 1]
        candidates = candidates[rough[candidates] <= farthest]
    # Compared as float32, as they are answered: what looks equal to the reader is ordered by row.
    distances = measure(candidates).astype(np.float32)
    order = np.argsort(distances, kind="stable")[:n_neighbors]
    return candidates[order].astype(np.uint32), distances[order]
