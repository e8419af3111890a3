"""Which rows may be among the nearest of each row: bounded heaps fed with blocks of matrix products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.bounded_heap import replace_farthest

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]

_BLOCK_QUERIES = 1024
_BLOCK_ROWS = 2048
"""One block of products is 8 MiB of float32: large enough for BLAS, small enough to stay in the last-level cache."""
_LANES = 64
"""Values compared with their limits in SIMD lanes before any is looked at by itself."""
_STRIP_QUERIES = 256
"""Queries of one thread whose heaps stay in its cache while it goes through the rows of a block."""


@dataclass(frozen=True)
class Candidates:
    """For each row q, the rows x with the smallest ``|x|^2 - 2 x.q``, as bounded heaps.

    Attributes:
        values: float32 ``(n_points, n_candidates)``; the root, entry 0, is the largest.
        rows: int32 ``(n_points, n_candidates)``, in the order of ``values``.
        limits: float32 ``(n_points,)``, the roots once more, side by side for SIMD lanes.
    """

    values: Float32Array
    rows: Int32Array
    limits: Float32Array


def find_candidates(
    points: Float32Array, norms: Float32Array, n_candidates: int, progress: Callable[[float], None]
) -> Candidates:
    """Each row's candidates among all other rows; of equal values the first rows are kept.

    Each product of two rows is taken once and offered to both.

    Args:
        points: ``(n_points, n_dims)``, finite; the closer to the origin, the less rounding.
        norms: their squared norms, ``(n_points,)``.
        n_candidates: from 1 to ``n_points - 1``.
        progress: called with the done part of all pairs; may raise.
    """
    n_points = len(points)
    found = Candidates(
        np.full((n_points, n_candidates), np.inf, np.float32),
        np.full((n_points, n_candidates), -1, np.int32),
        np.full(n_points, np.inf, np.float32),
    )
    room = np.empty(_BLOCK_QUERIES * _BLOCK_ROWS, np.float32)
    # Rows come to every query in ascending order, block after block: that is what decides ties.
    for first in range(0, n_points, _BLOCK_QUERIES):
        end = min(first + _BLOCK_QUERIES, n_points)
        products = _products(points, first, end, first, end, room)
        _offer_to_rows(products, norms, first, first, found.limits, found.values, found.rows)
        for start in range(end, n_points, _BLOCK_ROWS):
            stop = min(start + _BLOCK_ROWS, n_points)
            products = _products(points, first, end, start, stop, room)
            _offer_to_rows(products, norms, first, start, found.limits, found.values, found.rows)
            _offer_to_columns(products, norms, first, start, found.limits, found.values, found.rows)
            progress(_done(n_points, first, (end - first) * (stop - end)))
        progress(_done(n_points, end, 0))
    return found


def _done(n_points: int, n_rows: int, n_pairs: int) -> float:
    """The part of all pairs that is done after so many whole rows of their triangle and so many pairs more."""
    whole = n_points * n_points / 2
    return (n_rows * (n_points - n_rows / 2) + n_pairs) / whole


def _products(points: Float32Array, first: int, end: int, start: int, stop: int, room: Float32Array) -> Float32Array:
    out = room[: (end - first) * (stop - start)].reshape(end - first, stop - start)
    return np.matmul(points[first:end], points[start:stop].T, out=out)


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _offer_to_rows(
    products: Float32Array,
    norms: Float32Array,
    first_query: int,
    first_row: int,
    limits: Float32Array,
    values: Float32Array,
    rows: Int32Array,
) -> None:
    """Offer each row of products, which is one query's, to that query's heap."""
    two = np.float32(2)
    for position in prange(products.shape[0]):
        query = first_query + position
        limit = limits[query]
        for start in range(0, products.shape[1], _LANES):
            part = products[position, start : start + _LANES]
            part_norms = norms[first_row + start : first_row + start + part.size]
            n_near = 0
            for lane in range(part.size):
                n_near += part_norms[lane] - two * part[lane] < limit
            if n_near == 0:
                continue
            for lane in range(part.size):
                value = part_norms[lane] - two * part[lane]
                row = first_row + start + lane
                if value < limit and row != query:
                    replace_farthest(values[query], rows[query], value, row)
                    limit = values[query, 0]
        limits[query] = limit


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _offer_to_columns(
    products: Float32Array,
    norms: Float32Array,
    first_row: int,
    first_query: int,
    limits: Float32Array,
    values: Float32Array,
    rows: Int32Array,
) -> None:
    """Offer each column of products, which is one query's, to that query's heap; no query is among the rows."""
    two = np.float32(2)
    n_queries = products.shape[1]
    for strip in prange((n_queries + _STRIP_QUERIES - 1) // _STRIP_QUERIES):
        strip_start = strip * _STRIP_QUERIES
        strip_end = min(strip_start + _STRIP_QUERIES, n_queries)
        for position in range(products.shape[0]):
            norm = norms[first_row + position]
            for start in range(strip_start, strip_end, _LANES):
                part = products[position, start : min(start + _LANES, strip_end)]
                part_limits = limits[first_query + start : first_query + start + part.size]
                n_near = 0
                for lane in range(part.size):
                    n_near += norm - two * part[lane] < part_limits[lane]
                if n_near == 0:
                    continue
                for lane in range(part.size):
                    value = norm - two * part[lane]
                    if value < part_limits[lane]:
                        query = first_query + start + lane
                        replace_farthest(values[query], rows[query], value, first_row + position)
                        part_limits[lane] = values[query, 0]
