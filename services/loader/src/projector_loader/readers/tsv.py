"""Tensors as text: one row a line, numbers separated by tabs, no header, blank lines skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.tensors import ReadRows

_MAX_SHOWN = 40
_MAX_LINE_BYTES = 64 * 2**20


@dataclass(frozen=True)
class TsvTensor:
    """A ``(n_points, n_dims)`` tensor in a tab-separated text file."""

    file: AssetPath
    n_points: int
    n_dims: int
    dtype: str = "float32"

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file,)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        return files_digest("tsv", (self.n_points, self.n_dims), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``. Rows before the last ones read cost the whole file again."""
        numbered = _lines(self.file)
        position = 0

        def read(first: int, n_rows: int) -> bytes:
            nonlocal numbered, position
            if first < position:
                numbered, position = _lines(self.file), 0
            n_skipped = sum(1 for _ in islice(numbered, first - position))
            block = list(islice(numbered, n_rows))
            if position + n_skipped < first or len(block) < n_rows:
                raise Conflict(f"{self.file.name} has fewer than the {self.n_points:,} rows it had; read it again.")
            position = first + n_rows
            return _parse_rows(self.file, block, self.n_dims).tobytes()

        yield read


def open_tsv(file: AssetPath) -> TsvTensor:
    """The tensor of a text file: dimensions from its first row, points by counting lines.

    Raises:
        NotFound, Conflict: the file is missing, empty, or its first row is not one of numbers.
    """
    numbered = _lines(file)
    first = next(numbered, None)
    if first is None:
        raise Conflict(f"{file.name} holds no rows; it should hold one line of tab-separated numbers for each point.")
    n_dims = first[1].count("\t") + 1
    _parse_rows(file, [first], n_dims)
    return TsvTensor(file, 1 + sum(1 for _ in numbered), n_dims)


def _lines(file: AssetPath) -> Iterator[tuple[int, str]]:
    """(line number from 1, text) of every line that is not blank."""
    opened = open_file(file)
    with opened.stream as stream:
        number = 0
        while line := stream.readline(_MAX_LINE_BYTES):
            number += 1
            if len(line) == _MAX_LINE_BYTES:
                raise Conflict(f"{file.name} has a line of more than {_MAX_LINE_BYTES:,} bytes: line {number}.")
            # Numbers are ASCII; whatever else a line holds only has to survive until it is shown in a message.
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")
            if text.strip():
                yield number, text


def _parse_rows(file: AssetPath, rows: list[tuple[int, str]], n_dims: int) -> NDArray[np.float32]:
    """The numbers of some lines as float32 ``(len(rows), n_dims)``."""
    try:
        values = np.loadtxt([text for _, text in rows], np.float32, comments=None, delimiter="\t", ndmin=2)
    except ValueError as error:
        raise _first_fault(file, rows, n_dims) from error
    if values.shape != (len(rows), n_dims):
        raise _first_fault(file, rows, n_dims)
    return values


def _first_fault(file: AssetPath, rows: list[tuple[int, str]], n_dims: int) -> Conflict:
    """What is wrong with the first line that is wrong."""
    for number, text in rows:
        cells = text.split("\t")
        if len(cells) != n_dims:
            return Conflict(f"{file.name}, line {number}: {len(cells)} values, but the lines before have {n_dims}.")
        for i, cell in enumerate(cells):
            if not _is_number(cell):
                return Conflict(
                    f"{file.name}, line {number}, value {i + 1}: {cell[:_MAX_SHOWN]!r} is not a number."
                    " A tensor file holds numbers only, without a header and without labels."
                )
    return Conflict(f"{file.name} could not be read as rows of {n_dims} numbers near line {rows[0][0]}.")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
