"""Tensors as text, one row a line: TSV, CSV, columns of white space, and word vectors (word2vec, GloVe, fastText).

What a file is shows in its first lines: the delimiter, whether a header or the count line of word2vec comes first, and
whether each row begins with a word. Words become a metadata column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.cells import CellColumn
from projector_loader.digests import files_digest
from projector_loader.model import Problem, Severity, TensorName
from projector_loader.readers.text_lines import Line, LineIndex, RowLines, first_lines, index_lines, ragged
from projector_loader.tensors import FoundTensor, ReadRows

WORD_COLUMN = "word"

_N_SNIFFED = 3
_MAX_SHOWN = 40
_MIN_LOOSE_WORD_DIMS = 5
_N_ROWS_OF_WORDS = 4096
_COUNTS = re.compile(r"(\d{1,15}) (\d{1,7}) *")


@dataclass(frozen=True)
class Dialect:
    """How the rows of a file are written.

    Attributes:
        delimiter: what parts the values; empty for any white space.
        n_dims: numbers in a row.
        n_skipped: lines that are not blank before the first row.
        has_words: whether each row begins with a word.
        word_name: how the header calls the words.
        n_declared: rows that the count line of word2vec tells of; None without one.
    """

    delimiter: str
    n_dims: int
    n_skipped: int = 0
    has_words: bool = False
    word_name: str = WORD_COLUMN
    n_declared: int | None = None


@dataclass(frozen=True)
class _Words:
    """The words at the start of all rows; see ``CellSource``."""

    file: AssetPath
    dialect: Dialect

    @property
    def files(self) -> tuple[AssetPath, ...]:
        return (self.file,)

    def read_columns(self) -> Iterator[CellColumn]:
        words: list[str] = []
        with open_file(self.file).stream as stream:
            index = _index(self.file, stream, self.dialect)
            rows = RowLines(stream, self.file, index)
            for first in range(0, index.n_rows, _N_ROWS_OF_WORDS):
                lines = rows.read(first, min(_N_ROWS_OF_WORDS, index.n_rows - first))
                words += [_split(self.file, line, self.dialect)[0] for line in lines]
        yield CellColumn(self.dialect.word_name, words)


@dataclass(frozen=True)
class TextTensor:
    """A ``(n_points, n_dims)`` tensor in a text file."""

    file: AssetPath
    dialect: Dialect
    index: LineIndex
    dtype: str = "float32"

    @property
    def n_points(self) -> int:
        return self.index.n_rows

    @property
    def n_dims(self) -> int:
        return self.dialect.n_dims

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file,)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        return files_digest("text", (self.n_points, self.dialect), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        with open_file(self.file).stream as stream:
            lines = RowLines(stream, self.file, self.index)
            yield lambda first, n_rows: _numbers(self.file, lines.read(first, n_rows), self.dialect).tobytes()


def list_tensors(file: AssetPath, *, is_named: bool) -> tuple[FoundTensor, ...]:
    """The tensor of a text file.

    Args:
        file: the file.
        is_named: whether a config or its suffix says that it is one; else it has to look like nothing else, and what
            does not gives no tensor: a table with a header, a list of labels, prose.

    Raises:
        NotFound, Conflict: the file is missing or holds no rows of numbers.
    """
    with open_file(file).stream as stream:
        lines = first_lines(stream, file, _N_SNIFFED)
        try:
            dialect = sniff(file, lines)
        except Conflict:
            if is_named:
                raise
            return ()
        if not is_named and not _is_unmistakable(file, dialect, lines):
            return ()
        stream.seek(0)
        tensor = TextTensor(file, dialect, _index(file, stream, dialect))
    return (
        FoundTensor(
            TensorName(""),
            (tensor.n_points, tensor.n_dims),
            tensor.dtype,
            tensor,
            columns=_Words(file, dialect) if dialect.has_words else None,
            notices=tuple(_notices(tensor, lines)),
        ),
    )


def sniff(file: AssetPath, lines: list[Line]) -> Dialect:
    """How a file is written, from its first lines.

    Raises:
        Conflict: it holds no rows of numbers; the message names the first value that is none.
    """
    if not lines:
        raise Conflict(f"{file.name} holds no rows; it should hold one line of numbers for each point.")
    counts = _COUNTS.fullmatch(lines[0].text)
    if counts and len(lines) > 1 and int(counts[2]):
        dialect = Dialect("", int(counts[2]), n_skipped=1, has_words=True, n_declared=int(counts[1]))
        if _fits(file, lines[1], dialect):
            return dialect
    delimiter = _delimiter(lines[0].text)
    first, *others = (_cells(line.text, delimiter) for line in lines)
    second = others[0] if others else []
    is_header = len(second) == len(first) and not any(map(_is_number, first)) and any(map(_is_number, second))
    # A column without a name is the index that pandas writes before the others.
    has_index = is_header and not first[0].strip()
    rows = others if is_header else [first, *others]
    has_words = len(rows[0]) > 1 and (has_index or _begin_with_words(rows, delimiter))
    dialect = Dialect(
        delimiter=delimiter,
        n_dims=_n_trailing_numbers(rows[0]) if has_words and not delimiter else len(rows[0]) - has_words,
        n_skipped=int(is_header),
        has_words=has_words,
        word_name=(first[0].strip() or "index") if is_header and has_words else WORD_COLUMN,
    )
    _numbers(file, lines[is_header : is_header + 1], dialect)
    return dialect


def _begin_with_words(rows: list[list[str]], delimiter: str) -> bool:
    """Whether rows begin with a word. One such row of a table is a fault; words without a table may be numbers."""
    numbers = [_is_number(row[0]) for row in rows]
    return not any(numbers) if delimiter else not numbers[0]


def _n_trailing_numbers(row: list[str]) -> int:
    """How many numbers end a row: a word before them may hold blanks."""
    return next((i for i, cell in enumerate(reversed(row)) if not _is_number(cell)), len(row))


def _is_unmistakable(file: AssetPath, dialect: Dialect, lines: list[Line]) -> bool:
    """Whether a file that nobody named is a tensor: more than one row, more than one number, no table with a header."""
    if dialect.n_declared is not None:
        return True
    n_least = _MIN_LOOSE_WORD_DIMS if dialect.has_words else 2
    is_large_enough = len(lines) > 1 and dialect.n_dims >= n_least
    return is_large_enough and not dialect.n_skipped and all(_fits(file, line, dialect) for line in lines)


def _notices(tensor: TextTensor, lines: list[Line]) -> Iterator[Problem]:
    name, dialect = tensor.file.name, tensor.dialect
    if dialect.n_declared is None and dialect.n_skipped:
        message = f"{name}, line {lines[0].number}, is a header and no point: {lines[0].text[:_MAX_SHOWN]!r}."
        yield Problem(Severity.NOTICE, name, message)
    if dialect.n_declared not in (None, tensor.n_points):
        message = (
            f"{name} says in its first line that it holds {dialect.n_declared:,} vectors, but it holds"
            f" {tensor.n_points:,}; it was cut short or joined from several."
        )
        yield Problem(Severity.WARNING, name, message)


def _index(file: AssetPath, stream: BinaryIO, dialect: Dialect) -> LineIndex:
    known = dialect.delimiter if not dialect.has_words else ""
    return index_lines(stream, file, dialect.n_skipped, known, dialect.n_dims - 1)


def _delimiter(text: str) -> str:
    if "\t" in text:
        return "\t"
    cells = text.split()
    if len(cells) > 1 and all(map(_is_number, cells[1:])):
        return ""
    for delimiter in (",", ";"):
        cells = _cells(text, delimiter)
        if len(cells) > 1 and (all(map(_is_number, cells[1:])) or not any(map(_is_number, cells))):
            return delimiter
    return ""


def _cells(text: str, delimiter: str) -> list[str]:
    if not delimiter:
        return text.split() or [""]
    if '"' in text:
        with suppress(csv.Error):
            return next(csv.reader([text], delimiter=delimiter), []) or [""]
    return text.split(delimiter)


def _unquoted(cell: str) -> str:
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if is_quoted else cell


def _split(file: AssetPath, line: Line, dialect: Dialect) -> tuple[str, str]:
    """The word and the numbers of a row. A word may hold the delimiter: the numbers are counted from the end."""
    delimiter = dialect.delimiter or " "
    if line.text.count(delimiter) == dialect.n_dims and '"' not in line.text and not line.text.endswith(" "):
        word, _, numbers = line.text.partition(delimiter)
        return word, numbers
    parts = line.text.rstrip(" ").rsplit(delimiter, dialect.n_dims)
    if not dialect.delimiter and "" in parts[1:]:
        parts = line.text.rsplit(None, dialect.n_dims)
    if len(parts) <= dialect.n_dims:
        raise ragged(file, line.number, len(parts) - 1, dialect.n_dims)
    return _unquoted(parts[0]), delimiter.join(parts[1:])


def _numbers(file: AssetPath, lines: list[Line], dialect: Dialect) -> NDArray[np.float32]:
    """The numbers of some rows as float32 ``(len(lines), n_dims)``."""
    texts = [_split(file, line, dialect)[1] if dialect.has_words else line.text for line in lines]
    if not any(map(str.strip, texts)):
        raise _first_fault(file, lines, texts, dialect)
    try:
        values = np.loadtxt(
            texts, np.float32, comments=None, delimiter=dialect.delimiter or None, ndmin=2, quotechar='"'
        )
    except ValueError as error:
        raise _first_fault(file, lines, texts, dialect) from error
    if values.shape != (len(lines), dialect.n_dims):
        raise _first_fault(file, lines, texts, dialect)
    return values


def _fits(file: AssetPath, line: Line, dialect: Dialect) -> bool:
    try:
        _numbers(file, [line], dialect)
    except Conflict:
        return False
    return True


def _first_fault(file: AssetPath, lines: list[Line], texts: list[str], dialect: Dialect) -> Conflict:
    """What is wrong with the first line that is wrong."""
    for line, text in zip(lines, texts, strict=True):
        cells = _cells(text, dialect.delimiter)
        if len(cells) != dialect.n_dims:
            return ragged(file, line.number, len(cells), dialect.n_dims)
        for i, cell in enumerate(cells):
            if not _is_number(cell):
                return Conflict(
                    f"{file.name}, line {line.number}, value {i + 1 + dialect.has_words}: {cell[:_MAX_SHOWN]!r} is not"
                    " a number. A tensor file holds numbers only, after at most one header and one word in each row."
                )
    return Conflict(f"{file.name} could not be read as rows of {dialect.n_dims} numbers near line {lines[0].number}.")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell
