"""Tensors whose elements lie one after the other, row by row, in one file: data shards and raw files.

They are read with positional ``pread`` calls, not mapped into memory: a mapped file that its writer cuts while it is
read kills the process, and the bytes have to be copied into messages once in either case.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.readers.elements import as_float32, element_bytes
from projector_loader.tensors import ReadRows


@dataclass(frozen=True)
class ContiguousTensor:
    """A little-endian, row-major ``(n_points, n_dims)`` tensor in a file.

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

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (*self.companions, self.file)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        parts = (self.dtype, self.n_points, self.n_dims, self.offset, self.checksum)
        return files_digest("contiguous", parts, self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        row_bytes = self.n_dims * element_bytes(self.dtype)
        opened = open_file(self.file)
        with opened.stream as stream:

            def read(first: int, n_rows: int) -> bytes:
                stored = pread(stream.fileno(), self.offset + first * row_bytes, n_rows * row_bytes)
                if len(stored) < n_rows * row_bytes:
                    raise self._cut(self.offset + first * row_bytes + len(stored), row_bytes)
                return stored if self.dtype == "float32" else as_float32(stored, self.dtype).tobytes()

            yield read

    def _cut(self, n_there: int, row_bytes: int) -> Conflict:
        return Conflict(
            f"{self.file.name} ends at byte {n_there:,}, but the tensor needs"
            f" {self.offset + self.n_points * row_bytes:,} bytes. The file was cut short; copy or save it again."
        )


def pread(descriptor: int, offset: int, n_bytes: int) -> bytes:
    """Bytes of an open file from ``offset`` on: ``n_bytes`` of them, or fewer where the file ends."""
    parts = []
    while n_bytes > 0 and (part := os.pread(descriptor, n_bytes, offset)):
        parts.append(part)
        offset += len(part)
        n_bytes -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
