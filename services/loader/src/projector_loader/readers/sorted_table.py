"""LevelDB tables: sorted (key, value) records in checksummed blocks, the container of a checkpoint's index.

Source: the LevelDB table format (doc/table_format.md of LevelDB).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from projector_loader.readers.crc32c import crc32c, unmask
from projector_loader.readers.wire import varint

_FOOTER_BYTES = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER_BYTES = 5
_MAX_NAME_BYTES = 4096
_MAX_NAMES_BYTES = 64 * 2**20


class DamagedTableError(Exception):
    """The bytes are no whole table; the text says what is wrong, without the file's name."""


class CompressedTableError(Exception):
    """A valid table whose blocks are compressed, which is not read here."""


def table_records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """All (key, value) records of a table, in order.

    Raises:
        DamagedTableError, DamagedMessageError: it is cut or corrupt.
        CompressedTableError: its blocks are compressed.
    """
    if len(content) < _FOOTER_BYTES:
        raise DamagedTableError(f"it has {len(content)} bytes, fewer than the {_FOOTER_BYTES} of its footer alone")
    footer = content[-_FOOTER_BYTES:]
    if struct.unpack_from("<Q", footer, _FOOTER_BYTES - 8)[0] != _MAGIC:
        raise DamagedTableError("it does not end as an index file does, so it was probably cut short")
    _, position = _handle(footer, 0)  # of the meta index, which TensorFlow leaves empty
    root, _ = _handle(footer, position)
    end_of_last, n_name_bytes, last_key = 0, 0, b""
    is_first = True
    for _, handle in _block_records(_block(content, *root)):
        (offset, n_bytes), _ = _handle(handle, 0)
        if offset < end_of_last:
            raise DamagedTableError("its blocks overlap")
        end_of_last = offset + n_bytes
        for key, value in _block_records(_block(content, offset, n_bytes)):
            n_name_bytes += len(key)
            if n_name_bytes > _MAX_NAMES_BYTES:
                raise DamagedTableError("its names are longer than any checkpoint's")
            if not is_first and key <= last_key:
                raise DamagedTableError("its names are not in order")
            is_first, last_key = False, key
            yield key, value


def _block(content: bytes, offset: int, n_bytes: int) -> bytes:
    """One block, without its trailer of compression type and checksum."""
    end = offset + n_bytes
    trailer = content[end : end + _TRAILER_BYTES]
    if len(trailer) < _TRAILER_BYTES or end > len(content) - _FOOTER_BYTES:
        raise DamagedTableError("it names a block beyond its own end")
    if crc32c(content[offset : end + 1]) != unmask(struct.unpack_from("<I", trailer, 1)[0]):
        raise DamagedTableError(f"the checksum of its block at byte {offset} is wrong")
    if trailer[0] != 0:
        raise CompressedTableError("its blocks are compressed")
    return content[offset:end]


def _block_records(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The (key, value) records of a block; each key shares a prefix with the one before."""
    if len(block) < 4:
        raise DamagedTableError("it holds an empty block")
    (n_restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 * (n_restarts + 1)
    if end < 0:
        raise DamagedTableError("a block of it counts more restart points than it has bytes")
    position, key = 0, b""
    while position < end:
        n_shared, position = varint(block, position)
        n_own, position = varint(block, position)
        n_value, position = varint(block, position)
        value_start = position + n_own
        if n_shared > len(key) or value_start + n_value > end or n_shared + n_own > _MAX_NAME_BYTES:
            raise DamagedTableError("a record of it reaches beyond its block")
        key = key[:n_shared] + block[position:value_start]
        position = value_start + n_value
        yield key, block[value_start:position]


def _handle(message: bytes, position: int) -> tuple[tuple[int, int], int]:
    offset, position = varint(message, position)
    n_bytes, position = varint(message, position)
    return (offset, n_bytes), position
