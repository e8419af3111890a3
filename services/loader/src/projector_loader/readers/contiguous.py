"""Tensors whose elements lie one after the other, row by row, in one file: data shards and raw files.

They are read with plain ``read`` calls, not mapped into memory: a mapped file that its writer cuts while it is read
kills the process, and the bytes have to be copied into messages once in either case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.readers.elements import as_float32, element_bytes


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

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        parts = (self.dtype, self.n_points, self.n_dims, self.offset, self.checksum)
        return files_digest("contiguous", parts, (*self.companions, self.file))

    def read_blocks(self, n_rows: int) -> Iterator[bytes]:
        """See ``TensorSource.read_blocks``."""
        row_bytes = self.n_dims * element_bytes(self.dtype)
        opened = open_file(self.file)
        with opened.stream as stream:
            stream.seek(self.offset)
            for first in range(0, self.n_points, n_rows):
                n_wanted = min(n_rows, self.n_points - first) * row_bytes
                stored = stream.read(n_wanted)
                if len(stored) < n_wanted:
                    n_there = self.offset + first * row_bytes + len(stored)
                    n_needed = self.offset + self.n_points * row_bytes
                    raise Conflict(
                        f"{self.file.name} ends at byte {n_there:,}, but the tensor needs {n_needed:,} bytes."
                        " The file was cut short; copy or save it again."
                    )
                yield stored if self.dtype == "float32" else as_float32(stored, self.dtype).tobytes()
