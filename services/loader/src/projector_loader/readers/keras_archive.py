"""Keras 3 models (``.keras``): a ZIP with the weights as HDF5, which Keras stores uncompressed.

Runs in a child process. Stored weights are read where they lie; compressed ones, which Keras does not write, are
unpacked in memory up to a limit.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.readers.contiguous import pread
from projector_loader.readers.hdf5 import Hdf5File, open_hdf5
from projector_loader.readers.zip_members import MemberStream, ZipMember, data_offset, list_members

WEIGHTS_NAME = "model.weights.h5"

_MAX_UNPACKED_BYTES = 512 * 2**20


def open_foreign(file: AssetPath, opened: FileInUse) -> Hdf5File:
    """Open the weights of a model.

    Raises:
        Conflict: it holds none, or too many compressed ones.
    """
    member = next((each for each in list_members(file) if each.name == WEIGHTS_NAME), None)
    if member is None:
        raise Conflict(f"{file.name} holds no {WEIGHTS_NAME}; save the model again with Keras 3.")
    if member.refusal:
        raise Conflict(f"{file.name}/{member.name} cannot be read. {member.refusal}")
    if member.is_deflated:
        return Hdf5File(file, opened.stream, open_hdf5(file, _unpacked(file, opened.stream, member)), base=None)
    start = data_offset(opened.stream, member, file)
    window = io.BufferedReader(_Window(opened.stream, start, member.n_bytes))
    return Hdf5File(file, opened.stream, open_hdf5(file, window), base=start)


def _unpacked(file: AssetPath, stream: BinaryIO, member: ZipMember) -> io.BytesIO:
    if member.n_bytes > _MAX_UNPACKED_BYTES:
        raise Conflict(
            f"{file.name}/{member.name} is compressed and larger than the {_MAX_UNPACKED_BYTES:,} bytes that are"
            f" unpacked; unpack it: unzip {file.name} {member.name}"
        )
    return io.BytesIO(MemberStream(stream, member, file).read(0, member.n_bytes))


class _Window(io.RawIOBase):
    """Some bytes of an open file as a file of its own."""

    def __init__(self, stream: BinaryIO, start: int, n_bytes: int) -> None:
        self._descriptor = stream.fileno()
        self._start = start
        self._n_bytes = n_bytes
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._n_bytes}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        n_wanted = max(0, min(len(buffer), self._n_bytes - self._position))
        part = pread(self._descriptor, self._start + self._position, n_wanted)
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)
