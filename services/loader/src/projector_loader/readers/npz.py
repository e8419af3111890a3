"""NumPy's ``.npz`` archives: a ZIP of ``.npy`` files. Never unpickled, never unpacked to disk.

Members that ``numpy.savez`` stored are read where they lie; those of ``numpy.savez_compressed`` are unpacked as a
stream, of which only some rows are in memory at a time. One-dimensional arrays of as many elements as an embedding has
points become its metadata.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.cells import CellColumn, array_cells
from projector_loader.digests import files_digest
from projector_loader.model import TensorName
from projector_loader.readers import npy
from projector_loader.readers.contiguous import cut_short, pread
from projector_loader.readers.elements import as_float32, element_bytes, is_numeric
from projector_loader.readers.zip_members import MemberStream, ZipMember, data_offset
from projector_loader.tensors import FoundTensor, ReadRows, is_matrix

_SUFFIX = ".npy"
_MAX_MEMBERS = 10_000
_MAX_COLUMN_MAJOR_BYTES = 256 * 2**20
_MAX_COLUMN_BYTES = 256 * 2**20


@dataclass(frozen=True)
class _Array:
    """An array of the archive: its member and what the header at the member's start says."""

    member: ZipMember
    header: npy.NpyHeader
    name: TensorName


def list_tensors(file: AssetPath, members: tuple[ZipMember, ...]) -> tuple[FoundTensor, ...]:
    """The arrays among the members of an archive.

    Raises:
        NotFound, Conflict: the file is gone or damaged.
    """
    tensors: list[FoundTensor] = []
    columns: list[_Array] = []
    opened = open_file(file)
    with opened.stream as stream:
        for member in [each for each in members if each.name.endswith(_SUFFIX)][:_MAX_MEMBERS]:
            try:
                found = _list_member(file, stream, member)
            except Conflict as error:
                name = TensorName(member.name.removesuffix(_SUFFIX))
                found = FoundTensor(name, (), "unknown", None, damage=error.message)
            if isinstance(found, _Array):
                columns.append(found)
                found = FoundTensor(found.name, found.header.shape, found.header.dtype, None)
            tensors.append(found)
    return tuple(_with_columns(file, tensor, columns) for tensor in tensors)


def _list_member(file: AssetPath, stream: BinaryIO, member: ZipMember) -> FoundTensor | _Array:
    """A member as a tensor, or as what may become metadata."""
    name = TensorName(member.name.removesuffix(_SUFFIX))
    if member.refusal:
        return FoundTensor(name, (), "unknown", None, refusal=member.refusal)
    offset = 0 if member.is_deflated else data_offset(stream, member, file)
    n_start = min(npy.MAX_HEADER_BYTES, member.n_bytes)
    start = (
        MemberStream(stream, member, file).read(0, n_start)
        if member.is_deflated
        else pread(stream.fileno(), offset, n_start)
    )
    try:
        header = npy.parse_header(start)
    except npy.DamagedHeaderError as error:
        return FoundTensor(name, (), "unknown", None, damage=f"{file.name}/{member.name} is damaged: {error}.")
    if header.dtype == "object":
        return FoundTensor(name, header.shape, header.dtype, None, refusal=npy.OBJECTS)
    if header.dtype != "record" and header.needed_bytes > member.n_bytes:
        damage = (
            f"{file.name}/{member.name} was cut short: it has {member.n_bytes:,} bytes, but its header tells of"
            f" {header.needed_bytes:,}."
        )
        return FoundTensor(name, header.shape, header.dtype, None, damage=damage)
    array = _Array(member, header, name)
    if len(header.shape) == 1:
        return array
    return _deflated(file, array) if member.is_deflated else npy.stored_array(file, name, header, offset)


def _deflated(file: AssetPath, array: _Array) -> FoundTensor:
    header = array.header
    if not is_matrix(header.dtype, header.shape):
        return FoundTensor(array.name, header.shape, header.dtype, None)
    if header.is_column_major and header.needed_bytes > _MAX_COLUMN_MAJOR_BYTES:
        refusal = (
            f"It is compressed column by column; at most {_MAX_COLUMN_MAJOR_BYTES:,} bytes are read that way. Save it"
            " with numpy.ascontiguousarray, or with numpy.savez, which does not compress."
        )
        return FoundTensor(array.name, header.shape, header.dtype, None, refusal=refusal)
    source = DeflatedTensor(file, array.member, header)
    return FoundTensor(array.name, header.shape, header.dtype, source)


@dataclass(frozen=True)
class DeflatedTensor:
    """A matrix in a compressed member. Rows before the last ones read cost the member's start again."""

    file: AssetPath
    member: ZipMember
    header: npy.NpyHeader

    @property
    def n_points(self) -> int:
        return self.header.shape[0]

    @property
    def n_dims(self) -> int:
        return self.header.shape[1]

    @property
    def dtype(self) -> str:
        return self.header.dtype

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """See ``TensorSource.files``."""
        return (self.file,)

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        parts = (self.member.name, self.dtype, self.n_points, self.n_dims, self.member.crc32)
        return files_digest("deflated", parts, self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        with open_file(self.file).stream as stream:
            unpacked = MemberStream(stream, self.member, self.file)
            if self.header.is_column_major:
                columns = self._elements(unpacked, 0, self.n_points * self.n_dims)
                rows = columns.reshape(self.n_dims, self.n_points).T
                yield lambda first, n_rows: rows[first : first + n_rows].tobytes()
            else:
                yield lambda first, n_rows: self._elements(
                    unpacked, first * self.n_dims, n_rows * self.n_dims
                ).tobytes()

    def _elements(self, unpacked: MemberStream, first: int, n_elements: int) -> NDArray[np.float32]:
        n_item = element_bytes(self.dtype)
        start = self.header.n_bytes + first * n_item
        stored = unpacked.read(start, n_elements * n_item)
        if len(stored) < n_elements * n_item:
            raise cut_short(self.file, start + len(stored), self.header.needed_bytes)
        return as_float32(stored, self.dtype, is_big_endian=self.header.is_big_endian)


@dataclass(frozen=True)
class ArrayColumns:
    """One-dimensional arrays of an archive as metadata; see ``CellSource``."""

    file: AssetPath
    arrays: tuple[_Array, ...]

    @property
    def files(self) -> tuple[AssetPath, ...]:
        return (self.file,)

    def read_columns(self) -> Iterator[CellColumn]:
        with open_file(self.file).stream as stream:
            for array in self.arrays:
                yield CellColumn(array.name, array_cells(self._values(stream, array)))

    def _values(self, stream: BinaryIO, array: _Array) -> NDArray[np.generic]:
        member, header = array.member, array.header
        n_stored = header.needed_bytes - header.n_bytes
        stored = (
            MemberStream(stream, member, self.file).read(header.n_bytes, n_stored)
            if member.is_deflated
            else pread(stream.fileno(), data_offset(stream, member, self.file) + header.n_bytes, n_stored)
        )
        if len(stored) < n_stored:
            raise cut_short(self.file, len(stored), n_stored)
        return np.frombuffer(stored, header.numpy_dtype)


def _with_columns(file: AssetPath, tensor: FoundTensor, arrays: list[_Array]) -> FoundTensor:
    """The tensor with the arrays that have an element for each of its points."""
    if tensor.source is None:
        return tensor
    fitting = tuple(array for array in arrays if array.header.shape == tensor.shape[:1] and _is_readable(array))
    return replace(tensor, columns=ArrayColumns(file, fitting)) if fitting else tensor


def _is_readable(array: _Array) -> bool:
    header = array.header
    try:
        np.dtype(header.description)
    except TypeError:
        return False
    is_known = is_numeric(header.dtype) or header.dtype in ("string", "datetime")
    return is_known and header.item_bytes > 0 and header.needed_bytes <= _MAX_COLUMN_BYTES
