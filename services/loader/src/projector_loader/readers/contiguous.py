"""Tensors whose elements lie one after the other, row by row, in one file: data shards and raw files.

They are read with positional ``pread`` calls, not mapped into memory: a mapped file that its writer cuts while it is
read kills the process, and the bytes have to be copied into messages once in either case.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.readers.elements import as_float32, element_bytes
from projector_loader.tensors import ReadRows

_AHEAD_BYTES = 16 * 2**20


@dataclass(frozen=True)
class ContiguousTensor:
    """A row-major ``(n_points, n_dims)`` tensor in a file.

    Attributes:
        file: where the elements are; ``offset`` bytes after its start.
        companions: files that say where the elements are; they count for the digest.
        checksum: checksum of the elements that the format itself keeps, if it does.
    """

    file: AssetPath
    offset: int
    n_points: int
    n_dims: int
    dtype: str
    companions: tuple[AssetPath, ...] = ()
    checksum: int | None = None
    is_big_endian: bool = False

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (*self.companions, self.file)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        parts = [self.dtype, self.n_points, self.n_dims, self.offset, self.checksum]
        return files_digest("contiguous", [*parts, *["big-endian"] * self.is_big_endian], self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        row_bytes = self.n_dims * element_bytes(self.dtype)
        opened = open_file(self.file)
        with opened.stream as stream:

            def read(first: int, n_rows: int) -> bytes:
                stored = pread(stream.fileno(), self.offset + first * row_bytes, n_rows * row_bytes)
                if len(stored) < n_rows * row_bytes:
                    n_there = self.offset + first * row_bytes + len(stored)
                    raise cut_short(self.file, n_there, self.offset + self.n_points * row_bytes)
                if self.dtype == "float32" and not self.is_big_endian:
                    return stored
                return as_float32(stored, self.dtype, is_big_endian=self.is_big_endian).tobytes()

            yield read


@dataclass(frozen=True)
class ColumnMajorTensor:
    """A column-major ("Fortran order") ``(n_points, n_dims)`` tensor in a file, ``offset`` bytes after its start."""

    file: AssetPath
    offset: int
    n_points: int
    n_dims: int
    dtype: str
    is_big_endian: bool = False

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file,)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        parts = (self.dtype, self.n_points, self.n_dims, self.offset, self.is_big_endian)
        return files_digest("column-major", parts, self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``. Rows that follow each other are read ahead: each costs a call a column."""
        opened = open_file(self.file)
        with opened.stream as stream:
            ahead = self._columns(stream.fileno(), 0, 0)
            ahead_first = 0

            def read(first: int, n_rows: int) -> bytes:
                nonlocal ahead, ahead_first
                is_next = first == ahead_first + len(ahead)
                if not ahead_first <= first <= first + n_rows <= ahead_first + len(ahead):
                    n_wanted = max(n_rows, _AHEAD_BYTES // (4 * self.n_dims)) if is_next else n_rows
                    ahead = self._columns(stream.fileno(), first, min(n_wanted, self.n_points - first))
                    ahead_first = first
                return ahead[first - ahead_first : first - ahead_first + n_rows].tobytes()

            yield read

    def _columns(self, descriptor: int, first: int, n_rows: int) -> NDArray[np.float32]:
        """Rows as float32 ``(n_rows, n_dims)``, read column by column."""
        n_item = element_bytes(self.dtype)
        columns = np.empty((self.n_dims, n_rows), "<f4")
        for i in range(self.n_dims if n_rows else 0):
            start = self.offset + (i * self.n_points + first) * n_item
            stored = pread(descriptor, start, n_rows * n_item)
            if len(stored) < n_rows * n_item:
                needed = self.offset + self.n_points * self.n_dims * n_item
                raise cut_short(self.file, start + len(stored), needed)
            columns[i] = as_float32(stored, self.dtype, is_big_endian=self.is_big_endian)
        return columns.T


def cut_short(file: AssetPath, n_there: int, n_needed: int) -> Conflict:
    """The error of a file that ends before its tensor does; both in bytes."""
    return Conflict(
        f"{file.name} ends at byte {n_there:,}, but the tensor needs {n_needed:,} bytes."
        " The file was cut short; copy or save it again."
    )


def pread(descriptor: int, offset: int, n_bytes: int) -> bytes:
    """Bytes of an open file from ``offset`` on: ``n_bytes`` of them, or fewer where the file ends."""
    parts = []
    while n_bytes > 0 and (part := os.pread(descriptor, n_bytes, offset)):
        parts.append(part)
        offset += len(part)
        n_bytes -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
