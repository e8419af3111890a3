"""Which rows of a tensor are wanted, and their numbers in blocks of whole rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import InvalidArgument
from projector_loader.tensors import ReadRows, TensorSource, rows_per_block

MAX_LISTED_ROWS = 1_000_000
"""As many row numbers fit a message of gRPC's limit of 4 MiB."""

_GATHERED_BYTES = 64 * 2**20
"""So much of a list is put in the file's order at a time: random access stays cheap, memory bounded."""
_SKIPPED_BYTES = 16 * 2**10
"""Rows closer than this are read together with what lies between them: cheaper than one more call."""


@dataclass(frozen=True)
class RowRange:
    """Rows that follow each other, in order; ``n_rows`` 0 means all from ``first`` on."""

    first: int = 0
    n_rows: int = 0


@dataclass(frozen=True)
class RowList:
    """Row numbers in the order wanted, uint32 ``(n_rows,)``; repeats are allowed."""

    rows: NDArray[np.uint32]


RowSelection = RowRange | RowList

ALL_ROWS = RowRange()


def count_rows(selection: RowSelection, n_points: int) -> int:
    """How many rows the selection takes of a tensor.

    Raises:
        InvalidArgument: it reaches beyond the tensor, or lists more rows than one request may.
    """
    if isinstance(selection, RowRange):
        stop = selection.first + selection.n_rows
        if selection.first > n_points or stop > n_points:
            raise InvalidArgument(
                f"The range of rows from {selection.first:,} to {stop:,} reaches beyond the {n_points:,} rows of the"
                " embedding; ask for fewer."
            )
        return selection.n_rows or n_points - selection.first
    if len(selection.rows) > MAX_LISTED_ROWS:
        raise InvalidArgument(
            f"{len(selection.rows):,} rows are listed; at most {MAX_LISTED_ROWS:,} can be. Ask several times."
        )
    if len(selection.rows) and selection.rows.max() >= n_points:
        raise InvalidArgument(
            f"Row {selection.rows.max():,} is listed, but the embedding has {n_points:,} rows, numbered from 0."
        )
    return len(selection.rows)


def read_blocks(source: TensorSource, selection: RowSelection, n_rows_per_block: int = 0) -> Iterator[bytes]:
    """The selected rows as little-endian float32, row-major, in blocks of whole rows.

    Args:
        source: the tensor.
        selection: one that ``count_rows`` accepts.
        n_rows_per_block: rows of all blocks but the last; 0 for about 1 MiB.

    Raises:
        NotFound, Conflict: a file is gone, damaged or was cut.
    """
    n_block = n_rows_per_block or rows_per_block(source.n_dims)
    n_rows = count_rows(selection, source.n_points)
    with source.open_rows() as read:
        if isinstance(selection, RowRange):
            stop = selection.first + n_rows
            for first in range(selection.first, stop, n_block):
                yield read(first, min(n_block, stop - first))
            return
        n_gathered = max(n_block, _GATHERED_BYTES // (4 * source.n_dims))
        for start in range(0, n_rows, n_gathered):
            wanted = selection.rows[start : start + n_gathered].astype(np.int64)
            yield from _gathered(read, wanted, source.n_dims, n_block)


def _gathered(read: ReadRows, wanted: NDArray[np.int64], n_dims: int, n_block: int) -> Iterator[bytes]:
    """Listed rows, read in the file's order and handed out in the list's."""
    rows, places = np.unique(wanted, return_inverse=True)
    values = np.empty((len(rows), n_dims), "<f4")
    n_skipped = max(1, _SKIPPED_BYTES // (4 * n_dims))
    gaps = np.append(np.flatnonzero(np.diff(rows) > n_skipped) + 1, len(rows))
    start = 0
    while start < len(rows):
        first = rows[start]
        stop = min(gaps[np.searchsorted(gaps, start, "right")], np.searchsorted(rows, first + n_block))
        span = int(rows[stop - 1] - first + 1)
        block = np.frombuffer(read(int(first), span), "<f4").reshape(span, n_dims)
        values[start:stop] = block[rows[start:stop] - first]
        start = stop
    for start in range(0, len(wanted), n_block):
        yield values[places[start : start + n_block]].tobytes()
