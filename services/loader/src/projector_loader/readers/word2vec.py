"""Word vectors in word2vec's binary form: a count line, then for each word its text, a space and its float32 numbers.

Words have no fixed length, so rows are found by walking from the start or from a row that was passed before. The words
become a metadata column.

Source: ``word2vec.c`` of the original distribution, which ends each row with a line's end, and gensim, which does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.cells import CellColumn
from projector_loader.digests import files_digest
from projector_loader.model import TensorName
from projector_loader.readers.contiguous import pread
from projector_loader.readers.delimited import WORD_COLUMN
from projector_loader.tensors import MAX_DIMS, FoundTensor, ReadRows

_COUNT_LINE = re.compile(rb"(\d{1,15}) (\d{1,7})\s?\n")
_MAX_WORD_BYTES = 4096
_CHUNK_BYTES = 4 * 2**20
_ROWS_PER_MARK = 1024
_FLOAT32_BYTES = 4


def is_start(start: bytes) -> bool:
    """Whether a file that is no text begins with a count line."""
    return _COUNT_LINE.match(start) is not None


@dataclass(frozen=True)
class Word2VecTensor:
    """The vectors of a file; ``start`` is where its first row begins. Also the source of its words."""

    file: AssetPath
    start: int
    n_points: int
    n_dims: int
    dtype: str = "float32"

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file,)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        return files_digest("word2vec", (self.n_points, self.n_dims), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        with open_file(self.file).stream as stream:
            marks = [self.start]
            rows, next_row = self._rows(stream.fileno(), marks, 0), 0

            def read(first: int, n_rows: int) -> bytes:
                nonlocal rows, next_row
                mark = min(first // _ROWS_PER_MARK, len(marks) - 1)
                if first < next_row or mark * _ROWS_PER_MARK > next_row:
                    rows, next_row = self._rows(stream.fileno(), marks, mark), mark * _ROWS_PER_MARK
                wanted = islice(rows, first - next_row, first - next_row + n_rows)
                next_row = first + n_rows
                return b"".join(vector for _, vector in wanted)

            yield read

    def read_columns(self) -> Iterator[CellColumn]:
        """See ``CellSource.read_columns``."""
        with open_file(self.file).stream as stream:
            words = [word.decode("utf-8", "replace") for word, _ in self._rows(stream.fileno(), [self.start], 0)]
        yield CellColumn(WORD_COLUMN, words)

    def _rows(self, descriptor: int, marks: list[int], mark: int) -> Iterator[tuple[bytes, bytes]]:
        """Word and vector of the rows from a mark on; the marks passed for the first time are added."""
        n_vector = self.n_dims * _FLOAT32_BYTES
        n_chunk = max(_CHUNK_BYTES, 2 * (n_vector + _MAX_WORD_BYTES))
        chunk_start, chunk, position = marks[mark], b"", 0
        for row in range(mark * _ROWS_PER_MARK, self.n_points):
            if len(chunk) - position < n_vector + _MAX_WORD_BYTES:
                chunk_start += position
                chunk, position = pread(descriptor, chunk_start, n_chunk), 0
            if row == len(marks) * _ROWS_PER_MARK:
                marks.append(chunk_start + position)
            space = chunk.find(b" ", position, position + _MAX_WORD_BYTES)
            if space < 0 or space + 1 + n_vector > len(chunk):
                raise self._damaged(row, is_at_end=space >= 0 or len(chunk) - position < _MAX_WORD_BYTES)
            vector = chunk[space + 1 : space + 1 + n_vector]
            yield chunk[position:space].lstrip(b"\n"), vector
            position = space + 1 + n_vector

    def _damaged(self, row: int, *, is_at_end: bool) -> Conflict:
        cause = "the file ends there" if is_at_end else f"there is no word of at most {_MAX_WORD_BYTES:,} bytes"
        return Conflict(
            f"{self.file.name} cannot be read at vector {row + 1:,} of {self.n_points:,}: {cause}. It was cut short or"
            " is no file of word2vec's binary form; copy or save it again."
        )


def list_tensors(file: AssetPath) -> tuple[FoundTensor, ...]:
    """The vectors of a file that ``is_start`` recognises.

    Raises:
        NotFound, Conflict: the file is gone, or smaller than its count line tells.
    """
    opened = open_file(file)
    with opened.stream as stream:
        count_line = _COUNT_LINE.match(stream.readline(64))
    if count_line is None:
        raise Conflict(f"{file.name} does not begin with the count line of word2vec's binary form; save it again.")
    n_points, n_dims, start = int(count_line[1]), int(count_line[2]), count_line.end()
    if 0 in (n_points, n_dims) or n_dims > MAX_DIMS:
        raise Conflict(f"{file.name} tells of {n_points:,} vectors of {n_dims:,} numbers; such cannot be shown.")
    needed = start + n_points * (n_dims * _FLOAT32_BYTES + 1)
    if needed > opened.stamp.n_bytes:
        raise Conflict(
            f"{file.name} was cut short: it has {opened.stamp.n_bytes:,} bytes, but its first line tells of"
            f" {n_points:,} vectors of {n_dims:,} numbers, at least {needed:,} bytes. Copy or save it again."
        )
    tensor = Word2VecTensor(file, start, n_points, n_dims)
    return (FoundTensor(TensorName(""), (n_points, n_dims), tensor.dtype, tensor, columns=tensor),)
