"""Tensors and metadata that a child process reads, as the rest of the service knows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from projector_loader.asset_paths import AssetPath, FileStamp, stamp
from projector_loader.cells import CellColumn
from projector_loader.digests import files_digest
from projector_loader.foreign_file import ForeignTensor
from projector_loader.model import Problem, Severity, Shape, TensorName
from projector_loader.reader_process import ReaderProcess, ReaderProcesses
from projector_loader.readers.contiguous import ContiguousTensor
from projector_loader.tensors import FoundTensor, ReadRows, TensorSource, is_matrix


@dataclass(frozen=True)
class _ForeignArray:
    """A matrix in a file that the library of ``kind`` reads, and the metadata beside it.

    Attributes:
        stamp: that of the file when the matrix was found in it.
        companions: files that are read with it.
    """

    process: ReaderProcess = field(compare=False, repr=False)
    kind: str
    file: AssetPath
    stamp: FileStamp
    name: str
    shape: Shape
    dtype: str
    companions: tuple[AssetPath, ...] = ()

    @property
    def n_points(self) -> int:
        return self.shape[0]

    @property
    def n_dims(self) -> int:
        return self.shape[1]

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file, *self.companions)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        return files_digest(self.kind, (self.name, self.dtype, *self.shape), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""

        def read(first: int, n_rows: int) -> bytes:
            reply = self.process.ask(
                self.kind, "rows", self.file, self.stamp, tensor=self.name, first=first, n_rows=n_rows
            )
            return reply.blocks[0]

        yield read

    def read_columns(self) -> Iterator[CellColumn]:
        """See ``CellSource.read_columns``."""
        names: list[str] = self.process.ask(self.kind, "column_names", self.file, self.stamp, tensor=self.name).value
        for i, name in enumerate(names):
            reply = self.process.ask(self.kind, "cells", self.file, self.stamp, tensor=self.name, column=i)
            yield CellColumn(name, _cells(reply.blocks[0], reply.value))


def list_foreign(
    processes: ReaderProcesses, kind: str, file: AssetPath, companions: tuple[AssetPath, ...] = ()
) -> tuple[FoundTensor, ...]:
    """The arrays of a file that the library of ``kind`` reads.

    Raises:
        NotFound, Conflict: the file is gone or damaged.
        Unavailable: it is still being examined; ask again.
    """
    process, found = processes.of(kind), stamp(file)
    listed = process.ask(kind, "tensors", file, found, may_come_later=not processes.waits).value
    tensors = [_foreign_tensor(each) for each in listed]
    return tuple(_found_tensor(process, kind, file, found, companions, tensor) for tensor in tensors)


def _foreign_tensor(fields: dict[str, Any]) -> ForeignTensor:
    return ForeignTensor(**fields | {"shape": tuple(fields["shape"]), "notices": tuple(fields["notices"])})


def _found_tensor(
    process: ReaderProcess,
    kind: str,
    file: AssetPath,
    found: FileStamp,
    companions: tuple[AssetPath, ...],
    tensor: ForeignTensor,
) -> FoundTensor:
    name = TensorName(tensor.name)
    if tensor.refusal or not is_matrix(tensor.dtype, tensor.shape):
        return FoundTensor(name, tensor.shape, tensor.dtype, None, refusal=tensor.refusal, short_name=tensor.short_name)
    array = _ForeignArray(process, kind, file, found, tensor.name, tensor.shape, tensor.dtype, companions)
    source: TensorSource = array
    if tensor.offset is not None:
        n_points, n_dims = tensor.shape
        source = ContiguousTensor(
            file, tensor.offset, n_points, n_dims, tensor.dtype, is_big_endian=tensor.is_big_endian
        )
    return FoundTensor(
        name,
        tensor.shape,
        tensor.dtype,
        source,
        short_name=tensor.short_name,
        columns=array if tensor.has_columns else None,
        notices=tuple(Problem(Severity.NOTICE, file.name, f"{file.name}: {text}") for text in tensor.notices),
    )


def _cells(utf8: bytes, lengths: list[int]) -> list[str]:
    cells, position = [], 0
    for length in lengths:
        cells.append(utf8[position : position + length].decode())
        position += length
    return cells
