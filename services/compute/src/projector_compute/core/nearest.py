"""Exact nearest rows of a few rows: one pass over the embedding, without any index."""

from __future__ import annotations

import enum

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projector_compute.core.bounded_heap import replace_farthest
from projector_compute.core.search_space import SAFE_FASTMATH, SearchSpace

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
UInt32Array = NDArray[np.uint32]
RowArray = NDArray[np.intp]

_BLOCK_VALUES = 2**15
"""Values of a block of rows, 128 KiB: it stays in the cache while one query after the other looks at it."""


class Distance(enum.IntEnum):
    """How far two rows are apart.

    COSINE is ``1 - cos``, from 0 to 2, and leaves out rows of zeros, which have no direction. DOT_PRODUCT is the
    negative product, so that the largest product is nearest.
    """

    EUCLIDEAN = 0
    COSINE = 1
    DOT_PRODUCT = 2


def nearest(
    space: SearchSpace, queries: RowArray, n_neighbors: int, distance: Distance
) -> tuple[UInt32Array, Float32Array]:
    """Other rows nearest to each of some rows.

    Args:
        space: rows that are not finite are never an answer.
        queries: rows asked about, ``(n_queries,)``, finite and for COSINE not zero.
        n_neighbors: clamped to the rows that can be an answer.

    Returns:
        Rows and distances ``(n_queries, n_neighbors)``, ascending by distance, ties by row. Distances beyond float32
        are its largest number.
    """
    n_usable = len(space.points) - space.n_not_finite
    if distance is Distance.COSINE:
        n_usable -= space.n_zero
    n_found = max(0, min(n_neighbors, n_usable - 1))
    values = np.full((len(queries), n_found), np.inf)
    rows = np.full((len(queries), n_found), -1, np.int32)
    if n_found:
        wide = space.rows(queries)
        if distance is Distance.COSINE:
            wide /= space.lengths[queries, np.newaxis]
        _search(
            space.points, space.shift, space.scale, space.factors, space.lengths, queries, wide, distance, values, rows
        )
    return _in_order(values, rows, distance)


def _in_order(values: Float64Array, rows: Int32Array, distance: Distance) -> tuple[UInt32Array, Float32Array]:
    if distance is Distance.EUCLIDEAN:
        values = np.sqrt(values)
    elif distance is Distance.COSINE:
        values = np.clip(values, 0.0, 2.0)
    largest = np.finfo(np.float32).max
    distances = np.clip(values, -largest, largest).astype(np.float32)
    # Compared as float32, as they are answered: what looks equal to the reader is ordered by row.
    order = np.lexsort((rows, distances), axis=1)
    return np.take_along_axis(rows, order, 1).astype(np.uint32), np.take_along_axis(distances, order, 1)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _search(
    points: Float32Array,
    shift: Float64Array,
    scale: Float64Array,
    factors: Float64Array,
    lengths: Float64Array,
    queries: RowArray,
    wide: Float64Array,
    distance: int,
    values: Float64Array,
    rows: Int32Array,
) -> None:
    """Fill each query's heap with the nearest rows; of equals the first are kept."""
    n_points, n_dims = points.shape
    n_block = max(1, _BLOCK_VALUES // n_dims)
    for start in range(0, n_points, n_block):
        for position in range(queries.size):
            query = wide[position]
            limit = values[position, 0]
            for row in range(start, min(start + n_block, n_points)):
                length = lengths[row]
                if row == queries[position] or not length >= 0:
                    continue
                if distance == 0:
                    value = _squared_distance(points[row], shift, scale, factors[row], query)
                elif distance == 2:
                    value = -_product(points[row], shift, scale, factors[row], query)
                elif length > 0:
                    value = 1.0 - _product(points[row], shift, scale, factors[row], query) / length
                else:
                    continue
                if value < limit:
                    replace_farthest(values[position], rows[position], value, row)
                    limit = values[position, 0]


@njit(nogil=True, cache=True, fastmath=SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _squared_distance(
    row: Float32Array, shift: Float64Array, scale: Float64Array, factor: float, query: Float64Array
) -> float:
    total = 0.0
    for dim in range(query.size):
        difference = (np.float64(row[dim]) - shift[dim]) * scale[dim] * factor - query[dim]
        total += difference * difference
    return total


@njit(nogil=True, cache=True, fastmath=SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _product(row: Float32Array, shift: Float64Array, scale: Float64Array, factor: float, query: Float64Array) -> float:
    total = 0.0
    for dim in range(query.size):
        total += (np.float64(row[dim]) - shift[dim]) * scale[dim] * query[dim]
    return total * factor
