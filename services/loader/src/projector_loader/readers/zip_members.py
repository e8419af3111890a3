"""Members of ZIP archives, found from the directory at the archive's end, stored or deflated.

Nothing is unpacked to disk, and no more is believed than the archive's size allows: a member that claims to unpack to
more than DEFLATE can give is refused before a byte of it is unpacked.

Source: PKWARE's APPNOTE.TXT 6.3.10; the limit of DEFLATE's ratio follows from RFC 1951 (258 bytes for 2 bits).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.readers.contiguous import pread

MAGIC = b"PK\x03\x04"

_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT_BYTES = 2**16
_MAX_DIRECTORY_BYTES = 8 * 2**20
_STORED, _DEFLATED = 0, 8
_IS_ENCRYPTED = 1
_MAX_RATIO = 1032
_SLACK_BYTES = 2**16
_ZIP64_FIELD = 1
_READ_BYTES = 2**18


class DamagedArchiveError(Exception):
    """The bytes are no whole archive; the text says what is wrong, without the file's name."""


@dataclass(frozen=True)
class ZipMember:
    """One file in an archive.

    Attributes:
        n_bytes: its size unpacked.
        packed_bytes: its size in the archive.
        crc32: checksum of the unpacked bytes.
        header: where its local header lies.
        is_deflated: whether it is compressed; else its bytes lie in the archive as they are.
        refusal: why it is not read, e.g. that it is encrypted; empty where it can be.
    """

    name: str
    n_bytes: int
    packed_bytes: int
    crc32: int
    header: int
    is_deflated: bool
    refusal: str


def list_members(file: AssetPath) -> tuple[ZipMember, ...]:
    """The members of an archive, in the order of its directory.

    Raises:
        NotFound, Conflict: the file is gone, no archive, or damaged.
    """
    opened = open_file(file)
    with opened.stream as stream:
        try:
            offset, n_bytes = _directory(stream, opened.stamp.n_bytes)
            directory = pread(stream.fileno(), offset, n_bytes)
            return tuple(_entries(directory, opened.stamp.n_bytes))
        except (DamagedArchiveError, struct.error) as error:
            cause = str(error) if isinstance(error, DamagedArchiveError) else "its directory is cut"
            raise Conflict(f"{file.name} is damaged: {cause}. Copy or save it again.") from error


def _directory(stream: BinaryIO, file_bytes: int) -> tuple[int, int]:
    """Where the directory lies and how long it is, both in bytes."""
    n_tail = min(file_bytes, _MAX_COMMENT_BYTES + _END.size)
    tail = pread(stream.fileno(), file_bytes - n_tail, n_tail)
    position = tail.rfind(b"PK\x05\x06")
    if position < 0:
        raise DamagedArchiveError("it does not end as a ZIP archive does, so it was probably cut short")
    *_, n_bytes, offset, _ = _END.unpack_from(tail, position)
    end = file_bytes - n_tail + position
    if n_bytes == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        signature, _, end_64, _ = _END_64_LOCATOR.unpack(pread(stream.fileno(), end - 20, 20) if end >= 20 else b"")
        if signature != b"PK\x06\x07" or end_64 > end:
            raise DamagedArchiveError("its directory is not where it should be")
        *_, n_bytes, offset = _END_64.unpack(pread(stream.fileno(), end_64, _END_64.size))
    if n_bytes > _MAX_DIRECTORY_BYTES:
        raise DamagedArchiveError(f"its directory has {n_bytes:,} bytes; at most {_MAX_DIRECTORY_BYTES:,} are read")
    if offset + n_bytes > end:
        raise DamagedArchiveError("its directory is not where it should be")
    return offset, n_bytes


def _entries(directory: bytes, file_bytes: int) -> Iterator[ZipMember]:
    position = 0
    while position < len(directory):
        (signature, _, _, flags, method, _, _, crc32, packed_bytes, n_bytes, n_name, n_extra, n_comment, *_, header) = (
            _ENTRY.unpack_from(directory, position)
        )
        if signature != b"PK\x01\x02":
            raise DamagedArchiveError("its directory holds something that is no entry")
        position += _ENTRY.size
        name = directory[position : position + n_name].decode("utf-8", "replace")
        extra = directory[position + n_name : position + n_name + n_extra]
        position += n_name + n_extra + n_comment
        n_bytes, packed_bytes, header = _wide_sizes(extra, (n_bytes, packed_bytes, header))
        if header + _LOCAL.size + packed_bytes > file_bytes:
            raise DamagedArchiveError(f"{name} reaches beyond its end, so it was probably cut short")
        yield ZipMember(
            name=name,
            n_bytes=n_bytes,
            packed_bytes=packed_bytes,
            crc32=crc32,
            header=header,
            is_deflated=method == _DEFLATED,
            refusal=_refusal(flags, method, packed_bytes, n_bytes),
        )


def _wide_sizes(extra: bytes, sizes: tuple[int, int, int]) -> tuple[int, ...]:
    """Sizes and place of an entry, taken from its ZIP64 field where they do not fit the entry itself."""
    position = 0
    while position + 4 <= len(extra):
        kind, n_field = struct.unpack_from("<2H", extra, position)
        field = extra[position + 4 : position + 4 + n_field]
        position += 4 + n_field
        if kind == _ZIP64_FIELD:
            wide = (number for (number,) in struct.iter_unpack("<Q", field[: len(field) // 8 * 8]))
            return tuple(next(wide, size) if size == 0xFFFFFFFF else size for size in sizes)
    return sizes


def _refusal(flags: int, method: int, packed_bytes: int, n_bytes: int) -> str:
    if flags & _IS_ENCRYPTED:
        return "It is encrypted; save it without a password."
    if method not in (_STORED, _DEFLATED):
        return f"It is compressed by method {method}, which is not read; compress it by DEFLATE or not at all."
    if method == _STORED and packed_bytes != n_bytes:
        return "Its two sizes in the archive's directory differ; save it again."
    if n_bytes > packed_bytes * _MAX_RATIO + _SLACK_BYTES:
        return (
            f"It claims to unpack from {packed_bytes:,} to {n_bytes:,} bytes, more than is possible. Save it again from"
            " data that you trust."
        )
    return ""


def data_offset(stream: BinaryIO, member: ZipMember, file: AssetPath) -> int:
    """Where the bytes of a member lie in its archive.

    Raises:
        Conflict: the member is not where the directory says.
    """
    local = pread(stream.fileno(), member.header, _LOCAL.size)
    if len(local) < _LOCAL.size or local[:4] != MAGIC:
        raise Conflict(f"{file.name} is damaged: {member.name} is not where its directory says. Copy or save it again.")
    *_, n_name, n_extra = _LOCAL.unpack(local)
    return member.header + _LOCAL.size + int(n_name) + int(n_extra)


class MemberStream:
    """The unpacked bytes of one deflated member, from its start on; going back starts again."""

    def __init__(self, stream: BinaryIO, member: ZipMember, file: AssetPath) -> None:
        self._descriptor = stream.fileno()
        self._member = member
        self._file = file
        self._start = data_offset(stream, member, file)
        self._rewind()

    def _rewind(self) -> None:
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._n_taken = 0
        self._position = 0
        self._crc32 = 0

    def read(self, offset: int, n_bytes: int) -> bytes:
        """Bytes from ``offset`` on; fewer only where the member ends.

        Raises:
            Conflict: the member cannot be unpacked, or its checksum is wrong.
        """
        if offset < self._position:
            self._rewind()
        while self._position < offset and self._unpack(min(_READ_BYTES, offset - self._position)):
            pass
        parts = []
        while n_bytes > 0 and (part := self._unpack(n_bytes)):
            parts.append(part)
            n_bytes -= len(part)
        return b"".join(parts)

    def _unpack(self, n_most: int) -> bytes:
        """Some of the bytes that follow, none at the end."""
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._packed()
            try:
                part = self._inflate.decompress(packed, n_most)
            except zlib.error as error:
                raise self._damage("cannot be unpacked") from error
            if part:
                self._position += len(part)
                self._crc32 = zlib.crc32(part, self._crc32)
                if self._position > self._member.n_bytes:
                    raise self._damage("unpacks to more bytes than its directory says")
                if self._position == self._member.n_bytes and self._crc32 != self._member.crc32:
                    raise self._damage("has another checksum than its directory says")
                return part
            if not packed:
                raise self._damage("ends too early")
        return b""

    def _packed(self) -> bytes:
        n_wanted = min(_READ_BYTES, self._member.packed_bytes - self._n_taken)
        packed = pread(self._descriptor, self._start + self._n_taken, n_wanted) if n_wanted else b""
        self._n_taken += len(packed)
        return packed

    def _damage(self, cause: str) -> Conflict:
        return Conflict(f"{self._file.name} is damaged: {self._member.name} {cause}. Copy or save it again.")
