"""LevelDB tables and the messages of a checkpoint's index, written byte by byte."""

from __future__ import annotations

import struct

from projector_loader.readers.crc32c import crc32c

HEADER = (b"", b"\x08\x01")
"""The record that tells of one data shard."""


def table(block: bytes, *, compression: int = 0) -> bytes:
    """A table of one data block, with right checksums."""
    content = _with_trailer(block, compression)
    root = block_of([(b"z", varint(0) + varint(len(block)))])
    handles = varint(0) + varint(0) + varint(len(content)) + varint(len(root))
    return content + _with_trailer(root, 0) + handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def _with_trailer(block: bytes, compression: int) -> bytes:
    checksum = crc32c(block + bytes([compression]))
    masked = (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return block + bytes([compression]) + struct.pack("<I", masked)


def block_of(records: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in records)
    return body + struct.pack("<II", 0, 1)


def varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])


def entry(dtype_code: int, shape: tuple[int, ...], offset: int, n_bytes: int) -> bytes:
    """A ``BundleEntryProto`` in the first shard."""
    sizes = b"".join(_field(2, _number(1, size)) for size in shape)
    return _number(1, dtype_code) + _field(2, sizes) + _number(4, offset) + _number(5, n_bytes)


def _number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def _field(field: int, message: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(message)) + message
