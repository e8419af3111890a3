"""Partitioned variables of checkpoints: rectangular parts, each contiguous in a data shard, joined while reading."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.readers.contiguous import cut_short, pread
from projector_loader.readers.elements import as_float32, element_bytes
from projector_loader.tensors import ReadRows


@dataclass(frozen=True)
class Part:
    """A rectangle of the tensor, row-major in ``file`` from byte ``offset`` on."""

    file: AssetPath
    offset: int
    first_row: int
    n_rows: int
    first_dim: int
    n_dims: int
    checksum: int


@dataclass(frozen=True)
class PartitionedTensor:
    """A ``(n_points, n_dims)`` tensor in parts that cover it; ``index`` is the file that tells where they are."""

    index: AssetPath
    parts: tuple[Part, ...]
    n_points: int
    n_dims: int
    dtype: str

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.index, *dict.fromkeys(part.file for part in self.parts))

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        places = [f"{part.first_row} {part.first_dim} {part.offset} {part.checksum}" for part in self.parts]
        return files_digest("partitioned", (self.dtype, self.n_points, self.n_dims, *places), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        with ExitStack() as stack:
            streams = {file: stack.enter_context(open_file(file).stream) for file in self.files[1:]}

            def read(first: int, n_rows: int) -> bytes:
                values = np.zeros((n_rows, self.n_dims), "<f4")
                for part in self.parts:
                    start, stop = max(first, part.first_row), min(first + n_rows, part.first_row + part.n_rows)
                    if start < stop:
                        stored = self._stored(streams[part.file].fileno(), part, start, stop)
                        rows = as_float32(stored, self.dtype).reshape(stop - start, part.n_dims)
                        values[start - first : stop - first, part.first_dim : part.first_dim + part.n_dims] = rows
                return values.tobytes()

            yield read

    def _stored(self, descriptor: int, part: Part, start: int, stop: int) -> bytes:
        """The bytes of a part's rows; ``start`` and ``stop`` count the tensor's rows."""
        n_row = part.n_dims * element_bytes(self.dtype)
        offset = part.offset + (start - part.first_row) * n_row
        stored = pread(descriptor, offset, (stop - start) * n_row)
        if len(stored) < (stop - start) * n_row:
            raise cut_short(part.file, offset + len(stored), part.offset + part.n_rows * n_row)
        return stored


def covers(parts: tuple[Part, ...], n_points: int, n_dims: int) -> bool:
    """Whether parts within a tensor leave nothing out, unless they overlap."""
    return sum(math.prod((part.n_rows, part.n_dims)) for part in parts) == n_points * n_dims
