"""The ``.index`` file of a TensorFlow V2 checkpoint: which tensor lies where in the data shards.

It is a LevelDB table that maps tensor names to serialised ``BundleEntryProto`` messages; the empty name holds the
``BundleHeaderProto``. Reading these few bytes here spares the import of TensorFlow, which takes seconds.

Sources: the LevelDB table format (doc/table_format.md of LevelDB), tensorflow/core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from projector_loader.model import Shape
from projector_loader.readers.crc32c import crc32c, unmask

_FOOTER_BYTES = 48
_MAGIC = 0xDB4775248B80FB57
_TRAILER_BYTES = 5
_MAX_NAME_BYTES = 4096
_MAX_NAMES_BYTES = 64 * 2**20
_INT64_MAX = 2**63 - 1


class DamagedIndexError(Exception):
    """The bytes are not a whole index file; the text says what is wrong, without the file's name."""


class UnsupportedIndexError(Exception):
    """A valid file of a kind that only TensorFlow's own reader can read."""


@dataclass(frozen=True)
class BundleEntry:
    """Where one tensor lies.

    Attributes:
        dtype_code: number of TensorFlow's ``DataType`` enum.
        shard: number of the data shard; ``offset`` and ``n_bytes`` are within it.
        crc32c: masked checksum of the tensor's bytes.
        is_sliced: a partitioned variable, whose parts have entries of their own; offset and size are void then.
    """

    dtype_code: int
    shape: Shape
    shard: int
    offset: int
    n_bytes: int
    crc32c: int
    is_sliced: bool


@dataclass(frozen=True)
class BundleIndex:
    """Everything an index file says; ``entries`` in the order of the file, which is by name."""

    n_shards: int
    is_big_endian: bool
    entries: dict[str, BundleEntry]


def parse_index(content: bytes) -> BundleIndex:
    """Read an index file.

    Raises:
        DamagedIndexError: it is cut, corrupt or no index file.
        UnsupportedIndexError: its blocks are compressed.
    """
    if len(content) < _FOOTER_BYTES:
        raise DamagedIndexError(f"it has {len(content)} bytes, fewer than the {_FOOTER_BYTES} of its footer alone")
    footer = content[-_FOOTER_BYTES:]
    if struct.unpack_from("<Q", footer, _FOOTER_BYTES - 8)[0] != _MAGIC:
        raise DamagedIndexError("it does not end as an index file does, so it was probably cut short")
    _, position = _handle(footer, 0)  # of the meta index, which TensorFlow leaves empty
    root, _ = _handle(footer, position)
    records = _table_records(content, root)
    key, header = next(records, (b"", b""))
    if key or not header:
        raise DamagedIndexError("it holds no header")
    n_shards, is_big_endian = _parse_header(header)
    # A name that starts with a zero byte is the part of a partitioned variable, which its own entry describes.
    entries = {
        name.decode("utf-8", "replace"): _parse_entry(message, n_shards)
        for name, message in records
        if not name.startswith(b"\0")
    }
    return BundleIndex(n_shards, is_big_endian, entries)


def _table_records(content: bytes, root: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
    """All (key, value) records of a table, in order."""
    end_of_last, n_name_bytes, last_key = 0, 0, b""
    is_first = True
    for _, handle in _block_records(_block(content, *root)):
        (offset, n_bytes), _ = _handle(handle, 0)
        if offset < end_of_last:
            raise DamagedIndexError("its blocks overlap")
        end_of_last = offset + n_bytes
        for key, value in _block_records(_block(content, offset, n_bytes)):
            n_name_bytes += len(key)
            if n_name_bytes > _MAX_NAMES_BYTES:
                raise DamagedIndexError("its names are longer than any checkpoint's")
            if not is_first and key <= last_key:
                raise DamagedIndexError("its names are not in order")
            is_first, last_key = False, key
            yield key, value


def _block(content: bytes, offset: int, n_bytes: int) -> bytes:
    """One block, without its trailer of compression type and checksum."""
    end = offset + n_bytes
    trailer = content[end : end + _TRAILER_BYTES]
    if len(trailer) < _TRAILER_BYTES or end > len(content) - _FOOTER_BYTES:
        raise DamagedIndexError("it names a block beyond its own end")
    if crc32c(content[offset : end + 1]) != unmask(struct.unpack_from("<I", trailer, 1)[0]):
        raise DamagedIndexError(f"the checksum of its block at byte {offset} is wrong")
    if trailer[0] != 0:
        raise UnsupportedIndexError("its blocks are compressed")
    return content[offset:end]


def _block_records(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The (key, value) records of a block; each key shares a prefix with the one before."""
    if len(block) < 4:
        raise DamagedIndexError("it holds an empty block")
    (n_restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 * (n_restarts + 1)
    if end < 0:
        raise DamagedIndexError("a block of it counts more restart points than it has bytes")
    position, key = 0, b""
    while position < end:
        n_shared, position = _varint(block, position)
        n_own, position = _varint(block, position)
        n_value, position = _varint(block, position)
        value_start = position + n_own
        if n_shared > len(key) or value_start + n_value > end or n_shared + n_own > _MAX_NAME_BYTES:
            raise DamagedIndexError("a record of it reaches beyond its block")
        key = key[:n_shared] + block[position:value_start]
        position = value_start + n_value
        yield key, block[value_start:position]


def _handle(message: bytes, position: int) -> tuple[tuple[int, int], int]:
    offset, position = _varint(message, position)
    n_bytes, position = _varint(message, position)
    return (offset, n_bytes), position


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """A base-128 number of at most ten bytes, and the position after it."""
    value = 0
    for i in range(10):
        if position >= len(message):
            break
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value, position
    raise DamagedIndexError("a number in it does not end")


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The (number, value) fields of a serialised protobuf message; signed numbers come as unsigned ones."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        kind = tag & 7
        if kind == 0:
            number, position = _varint(message, position)
            yield tag >> 3, number
            continue
        if kind == 2:
            n_bytes, position = _varint(message, position)
        elif kind in (1, 5):
            n_bytes = 8 if kind == 1 else 4
        else:
            raise DamagedIndexError("a message in it has a field of an unknown kind")
        content = message[position : position + n_bytes]
        if len(content) < n_bytes:
            raise DamagedIndexError("a message in it is cut")
        position += n_bytes
        yield tag >> 3, content if kind == 2 else int.from_bytes(content, "little")


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes) or value > _INT64_MAX:
        raise DamagedIndexError("a message in it has a negative number or a text where a size is due")
    return value


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise DamagedIndexError("a message in it has a number where a message is due")
    return value


def _parse_header(message: bytes) -> tuple[int, bool]:
    numbers = {number: _number(value) for number, value in _fields(message) if number in (1, 2)}
    return numbers.get(1, 0), numbers.get(2, 0) == 1


def _parse_entry(message: bytes, n_shards: int) -> BundleEntry:
    numbers: dict[int, int] = {}
    shape: Shape = ()
    is_sliced = False
    for number, value in _fields(message):
        if number == 2:
            shape = _parse_shape(_message(value))
        elif number == 7:
            is_sliced = True
        elif number in (1, 3, 4, 5, 6):
            numbers[number] = _number(value)
    shard = numbers.get(3, 0)
    if shard >= n_shards:
        raise DamagedIndexError(f"it names data shard {shard} of {n_shards}")
    return BundleEntry(
        dtype_code=numbers.get(1, 0),
        shape=shape,
        shard=shard,
        offset=numbers.get(4, 0),
        n_bytes=numbers.get(5, 0),
        crc32c=numbers.get(6, 0),
        is_sliced=is_sliced,
    )


def _parse_shape(message: bytes) -> Shape:
    sizes = []
    for number, value in _fields(message):
        if number == 2:
            size = [_number(inner) for inner_number, inner in _fields(_message(value)) if inner_number == 1]
            sizes.append(size[-1] if size else 0)
    return tuple(sizes)
