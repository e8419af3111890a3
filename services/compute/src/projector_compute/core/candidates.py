"""Which rows may be among the nearest of each row: the smallest values of blocks of matrix products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]

_BLOCK_QUERIES = 1024
_BLOCK_ROWS = 2048
"""One block of products is 8 MiB of float32: large enough for BLAS, small enough to stay in the last-level cache."""
_LANES = 64
"""Values compared with their limits in SIMD lanes before any is looked at by itself."""
_STRIP_QUERIES = 256
"""Queries of one thread whose keys stay in its cache while it goes through the rows of a block."""
_LEAST_ROOM = 32


@dataclass(frozen=True, eq=False)
class Candidates:
    """For each row q, the rows x with the smallest ``|x|^2 - 2 x.q``, of equal values the first.

    Attributes:
        rows: int32 ``(n_points, n_candidates)``, unordered.
        farthest: float32 ``(n_points,)``, the largest value among them.
    """

    rows: Int32Array
    farthest: Float32Array


@dataclass(frozen=True, eq=False)
class _Shortlists:
    """Keys of the rows that may still be candidates, more than are wanted: only a full list is cut to the smallest.

    A key holds a value, as bits that have its order, above the row's number, so that whole numbers are compared.

    Attributes:
        keys: int64 ``(n_points, n_wanted and room for more)``.
        counts: int32 ``(n_points,)``, keys in use.
        limits: float32 ``(n_points,)``: a value must be below to matter.
    """

    n_wanted: int
    keys: Int64Array
    counts: Int32Array
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
    search = CandidateSearch(points, norms, n_candidates)
    for first in range(0, n_points, _BLOCK_QUERIES):
        end = min(first + _BLOCK_QUERIES, n_points)
        search.compare_block(first, end)
        for start in range(end, n_points, _BLOCK_ROWS):
            stop = min(start + _BLOCK_ROWS, n_points)
            search.compare_blocks(first, end, start, stop)
            progress(_done(n_points, first, (end - first) * (stop - end)))
        progress(_done(n_points, end, 0))
    return search.candidates()


class CandidateSearch:
    """Compares rows with rows, range by range, and keeps each row's candidates among those it was compared with."""

    def __init__(self, points: Float32Array, norms: Float32Array, n_candidates: int) -> None:
        """Arguments as of ``find_candidates``."""
        n_points = len(points)
        self._points = points
        self._norms = norms
        self._room = np.empty(_BLOCK_QUERIES * _BLOCK_ROWS, np.float32)
        self._lists = _Shortlists(
            n_candidates,
            np.empty((n_points, n_candidates + max(_LEAST_ROOM, n_candidates // 2)), np.int64),
            np.zeros(n_points, np.int32),
            np.full(n_points, np.inf, np.float32),
        )

    def compare_ranges(self, first: int, end: int, start: int, stop: int) -> None:
        """Compare the rows from ``first`` to ``end`` with those from ``start`` to ``stop``: the same, or later ones."""
        for query in range(first, end, _BLOCK_QUERIES):
            query_end = min(query + _BLOCK_QUERIES, end)
            row = start
            if first == start:
                self.compare_block(query, query_end)
                row = query_end
            for block in range(row, stop, _BLOCK_ROWS):
                self.compare_blocks(query, query_end, block, min(block + _BLOCK_ROWS, stop))

    def compare_block(self, first: int, end: int) -> None:
        """Compare the rows of one block with each other."""
        lists, products = self._lists, self._products(first, end, first, end)
        _offer_to_rows(products, self._norms, first, first, lists.n_wanted, lists.keys, lists.counts, lists.limits)

    def compare_blocks(self, first: int, end: int, start: int, stop: int) -> None:
        """Compare the rows of two blocks that have none in common."""
        lists, products = self._lists, self._products(first, end, start, stop)
        _offer_to_rows(products, self._norms, first, start, lists.n_wanted, lists.keys, lists.counts, lists.limits)
        _offer_to_columns(products, self._norms, first, start, lists.n_wanted, lists.keys, lists.counts, lists.limits)

    def candidates(self) -> Candidates:
        """What was found; every row must have been compared with at least as many others as candidates are wanted."""
        lists = self._lists
        rows = np.empty((len(lists.keys), lists.n_wanted), np.int32)
        farthest = np.empty(len(lists.keys), np.float32)
        _read_smallest(lists.keys, lists.counts, rows, farthest)
        return Candidates(rows, farthest)

    def _products(self, first: int, end: int, start: int, stop: int) -> Float32Array:
        out = self._room[: (end - first) * (stop - start)].reshape(end - first, stop - start)
        return np.matmul(self._points[first:end], self._points[start:stop].T, out=out)


def _done(n_points: int, n_rows: int, n_pairs: int) -> float:
    """The part of all pairs that is done after so many whole rows of their triangle and so many pairs more."""
    whole = n_points * n_points / 2
    return (n_rows * (n_points - n_rows / 2) + n_pairs) / whole


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _offer_to_rows(
    products: Float32Array,
    norms: Float32Array,
    first_query: int,
    first_row: int,
    n_wanted: int,
    keys: Int64Array,
    counts: Int32Array,
    limits: Float32Array,
) -> None:
    """Offer each row of products, which is one query's, to that query's list."""
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
                    limit = _add(value, row, query, n_wanted, keys, counts, limit)
        limits[query] = limit


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _offer_to_columns(
    products: Float32Array,
    norms: Float32Array,
    first_row: int,
    first_query: int,
    n_wanted: int,
    keys: Int64Array,
    counts: Int32Array,
    limits: Float32Array,
) -> None:
    """Offer each column of products, which is one query's, to that query's list; no query is among the rows."""
    two = np.float32(2)
    n_queries = products.shape[1]
    for strip in prange((n_queries + _STRIP_QUERIES - 1) // _STRIP_QUERIES):
        strip_start = strip * _STRIP_QUERIES
        strip_end = min(strip_start + _STRIP_QUERIES, n_queries)
        for position in range(products.shape[0]):
            row = first_row + position
            for start in range(strip_start, strip_end, _LANES):
                part = products[position, start : min(start + _LANES, strip_end)]
                part_limits = limits[first_query + start : first_query + start + part.size]
                n_near = 0
                for lane in range(part.size):
                    n_near += norms[row] - two * part[lane] < part_limits[lane]
                if n_near == 0:
                    continue
                for lane in range(part.size):
                    value = norms[row] - two * part[lane]
                    if value < part_limits[lane]:
                        query = first_query + start + lane
                        part_limits[lane] = _add(value, row, query, n_wanted, keys, counts, part_limits[lane])


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add(
    value: np.float32,
    row: int,
    query: int,
    n_wanted: int,
    keys: Int64Array,
    counts: Int32Array,
    limit: np.float32,
) -> np.float32:
    """Add a row to a list, which is cut when it is full; the list's limit from then on."""
    bits = np.int64(np.float32(value).view(np.int32))
    ordered = bits ^ ((bits >> 63) & 0x7FFFFFFF)  # of negative numbers, larger bits are farther below zero
    keys[query, counts[query]] = (ordered << 32) | row
    counts[query] += 1
    if counts[query] == keys.shape[1]:
        counts[query] = n_wanted
        _select(keys[query], n_wanted)
        limit = _value_of(keys[query, n_wanted - 1])
    return limit


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _value_of(key: int) -> np.float32:
    ordered = key >> 32
    value: np.float32 = np.int32(ordered ^ ((ordered >> 63) & 0x7FFFFFFF)).view(np.float32)
    return value


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _select(keys: Int64Array, n_wanted: int) -> None:
    """Bring the smallest keys to the front, the largest of these to their end (C. Hoare, "Find", CACM 4 (1961))."""
    first, last = 0, keys.size - 1
    wanted = n_wanted - 1
    while first < last:
        pivot = keys[(first + last) // 2]
        left, right = first, last
        while left <= right:
            while keys[left] < pivot:
                left += 1
            while keys[right] > pivot:
                right -= 1
            if left <= right:
                keys[left], keys[right] = keys[right], keys[left]
                left += 1
                right -= 1
        if wanted <= right:
            last = right
        elif wanted >= left:
            first = left
        else:
            return


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _read_smallest(keys: Int64Array, counts: Int32Array, rows: Int32Array, farthest: Float32Array) -> None:
    n_wanted = rows.shape[1]
    for query in prange(rows.shape[0]):
        listed = keys[query, : counts[query]]
        _select(listed, n_wanted)
        for position in range(n_wanted):
            rows[query, position] = np.int32(listed[position] & 0x7FFFFFFF)
        farthest[query] = _value_of(listed[n_wanted - 1])
