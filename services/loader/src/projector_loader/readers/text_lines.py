"""Rows of text files: which lines they are, and where every so many of them begin, so that reading may start there."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath

MAX_LINE_BYTES = 16 * 2**20
"""Room for a row of as many numbers as can be sent, and for much more than any label."""
_ROWS_PER_MARK = 256


@dataclass(frozen=True)
class Line:
    """A line that is not blank; ``number`` counts all lines of the file from 1, as editors do."""

    number: int
    text: str


@dataclass(frozen=True)
class LineIndex:
    """The rows of a file.

    Attributes:
        n_rows: lines that are not blank, without those that were skipped at the start.
        offsets, numbers: byte and line number of every 256th row.
    """

    n_rows: int
    offsets: array[int]
    numbers: array[int]


def first_lines(stream: BinaryIO, file: AssetPath, n_lines: int) -> list[Line]:
    """The first lines that are not blank."""
    return list(islice(_lines(stream, file, 0), n_lines))


def index_lines(stream: BinaryIO, file: AssetPath, n_skipped: int, delimiter: str, n_delimiters: int) -> LineIndex:
    """Count the rows of a file; takes about a second a GiB.

    Args:
        stream: the file, at its start.
        file: how messages call it.
        n_skipped: lines at the start that are no rows.
        delimiter: a character that each row has to hold ``n_delimiters`` times; empty where that is not known.

    Raises:
        Conflict: a line is too long, or the first row that has another number of values.
    """
    offsets, numbers = array("q"), array("q")
    mark = delimiter.encode()
    offset = number = 0
    n_rows = -n_skipped
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES:
            raise too_long(file, number)
        if not line.isspace():
            if n_rows >= 0:
                if n_rows % _ROWS_PER_MARK == 0:
                    offsets.append(offset)
                    numbers.append(number)
                if mark and line.count(mark) != n_delimiters:
                    raise ragged(file, number, line.count(mark) + 1, n_delimiters + 1)
            n_rows += 1
        offset += len(line)
    return LineIndex(max(0, n_rows), offsets, numbers)


class RowLines:
    """Reads rows of an open file by their numbers, in order at no cost, else from the mark before them."""

    def __init__(self, stream: BinaryIO, file: AssetPath, index: LineIndex) -> None:
        self._stream = stream
        self._file = file
        self._index = index
        self._next_row = -1
        self._rows: Iterator[Line] = iter(())

    def read(self, first: int, n_rows: int) -> list[Line]:
        """The lines of these rows.

        Raises:
            Conflict: the file has fewer rows than it had.
        """
        mark = first // _ROWS_PER_MARK
        if not (0 <= self._next_row <= first and mark * _ROWS_PER_MARK <= self._next_row):
            self._next_row = mark * _ROWS_PER_MARK
            self._stream.seek(self._index.offsets[mark])
            self._rows = _lines(self._stream, self._file, self._index.numbers[mark] - 1)
        lines = list(islice(self._rows, first - self._next_row, first - self._next_row + n_rows))
        self._next_row = first + n_rows
        if len(lines) < n_rows:
            self._next_row = -1
            raise Conflict(
                f"{self._file.name} has fewer than the {self._index.n_rows:,} rows it had; it was changed while it was"
                " read. Open it again."
            )
        return lines


def ragged(file: AssetPath, number: int, n_values: int, n_expected: int) -> Conflict:
    """The error of a row that has another number of values than the first one."""
    return Conflict(f"{file.name}, line {number}: {n_values} values, but the first row has {n_expected}.")


def too_long(file: AssetPath, number: int) -> Conflict:
    """The error of a line that no row can need."""
    return Conflict(f"{file.name}, line {number}: more than {MAX_LINE_BYTES:,} bytes without a line's end.")


def _lines(stream: BinaryIO, file: AssetPath, number: int) -> Iterator[Line]:
    """The lines that are not blank, from here on; ``number`` is that of the line before."""
    while line := stream.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) == MAX_LINE_BYTES:
            raise too_long(file, number)
        if not line.isspace():
            # Numbers are ASCII; whatever else a line holds only has to survive until it is shown.
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace")
            yield Line(number, text.rstrip("\r\n"))
