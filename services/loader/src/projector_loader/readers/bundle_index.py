"""The ``.index`` file of a TensorFlow V2 checkpoint: which tensor lies where in the data shards.

It is a LevelDB table that maps tensor names to serialised ``BundleEntryProto`` messages; the empty name holds the
``BundleHeaderProto``. Reading these few bytes here spares the import of TensorFlow, which takes seconds. The parts of a
partitioned variable have entries of their own, whose keys name the part.

Sources: tensorflow/core/protobuf/tensor_bundle.proto, tensorflow/core/framework/tensor_slice.proto; the keys of parts
follow tensorflow/core/util/saved_tensor_slice_util.cc and tensorflow/core/lib/strings/ordered_code.cc.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from projector_loader.model import Shape
from projector_loader.readers.sorted_table import CompressedTableError, DamagedTableError, table_records
from projector_loader.readers.wire import DamagedMessageError, as_bytes, as_size, fields

_MAX_RANK = 254  # TensorFlow's own limit
_MAX_SHARDS = 10_000
_WHOLE = -1
_ESCAPED = re.compile(rb"[\0\xff]")


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
        parts: those of a partitioned variable, whose own offset and size are void then; empty of any other.
    """

    dtype_code: int
    shape: Shape
    shard: int
    offset: int
    n_bytes: int
    crc32c: int
    parts: tuple[BundlePart, ...] = ()


@dataclass(frozen=True)
class BundlePart:
    """One part of a partitioned variable: ``entry`` holds the elements from ``starts`` on, in the part's own shape."""

    starts: Shape
    entry: BundleEntry


@dataclass(frozen=True)
class BundleIndex:
    """Everything an index file says; ``entries`` in the order of the file, which is by name."""

    n_shards: int
    is_big_endian: bool
    entries: dict[str, BundleEntry]


Extents = tuple[tuple[int, int], ...]
"""(start, length) of a part in each dimension; length -1 stands for all of it."""


def parse_index(content: bytes) -> BundleIndex:
    """Read an index file.

    Raises:
        DamagedIndexError: it is cut, corrupt or no index file.
        UnsupportedIndexError: its blocks are compressed.
    """
    try:
        return _parse(content)
    except (DamagedTableError, DamagedMessageError) as error:
        raise DamagedIndexError(str(error)) from error
    except CompressedTableError as error:
        raise UnsupportedIndexError(str(error)) from error


def _parse(content: bytes) -> BundleIndex:
    records = table_records(content)
    key, header = next(records, (b"", b""))
    if key or not header:
        raise DamagedIndexError("it holds no header")
    n_shards, is_big_endian = _parse_header(header)
    entries: dict[bytes, BundleEntry] = {}
    extents: dict[bytes, list[Extents]] = {}
    for name, message in records:
        entries[name], slices = _parse_entry(message, n_shards)
        if slices:
            extents[name] = slices
    for name, slices in extents.items():
        entries[name] = replace(entries[name], parts=tuple(_find_parts(name, entries, slices)))
    # A name that starts with a zero byte is the part of a partitioned variable.
    named = {name.decode("utf-8", "replace"): entry for name, entry in entries.items() if not name.startswith(b"\0")}
    return BundleIndex(n_shards, is_big_endian, named)


def _find_parts(name: bytes, entries: dict[bytes, BundleEntry], slices: list[Extents]) -> list[BundlePart]:
    whole = entries[name]
    parts = []
    for extents in slices:
        part = entries.get(part_key(name, extents))
        if part is None or part.dtype_code != whole.dtype_code or len(extents) != len(whole.shape):
            raise DamagedIndexError("a part of a partitioned variable is not in it")
        starts = tuple(start for start, _ in extents)
        ends = [start + size for start, size in zip(starts, part.shape, strict=False)]
        if len(part.shape) != len(whole.shape) or any(map(int.__gt__, ends, whole.shape)):
            raise DamagedIndexError("a part of a partitioned variable reaches beyond it")
        parts.append(BundlePart(starts, part))
    return parts


def part_key(name: bytes, extents: Extents) -> bytes:
    """The key of a part: zero, the name, the rank and the extents, so encoded that keys sort as their values do."""
    escaped = _ESCAPED.sub(lambda match: match[0] + bytes([match[0][0] ^ 0xFF]), name)
    key = _unsigned(0) + escaped + b"\0\1" + _unsigned(len(extents))
    return key + b"".join(_signed(start) + _signed(length) for start, length in extents)


def _unsigned(number: int) -> bytes:
    """Its length in bytes, then the bytes, most significant first."""
    n_bytes = (number.bit_length() + 7) // 8
    return bytes([n_bytes]) + number.to_bytes(n_bytes, "big")


def _signed(number: int) -> bytes:
    """As many bytes as leading bits tell that come before the number's own 7 bits a byte, one of them its sign."""
    n_bytes = (number if number >= 0 else ~number).bit_length() // 7 + 1
    if n_bytes > 8:
        raise DamagedIndexError("a part of a partitioned variable lies further away than any tensor reaches")
    encoded = bytearray(number.to_bytes(n_bytes, "big", signed=True))
    encoded[0] ^= 0xFF << (8 - n_bytes) & 0xFF
    return bytes(encoded)


def _parse_header(message: bytes) -> tuple[int, bool]:
    sizes = {field: as_size(value) for field, value in fields(message) if field in (1, 2)}
    if sizes.get(1, 0) > _MAX_SHARDS:
        raise DamagedIndexError(f"it tells of {sizes[1]:,} data shards; at most {_MAX_SHARDS:,} are read")
    return sizes.get(1, 0), sizes.get(2, 0) == 1


def _parse_entry(message: bytes, n_shards: int) -> tuple[BundleEntry, list[Extents]]:
    """An entry, and the extents of its parts where it is that of a partitioned variable."""
    sizes: dict[int, int] = {}
    shape: Shape = ()
    slices: list[Extents] = []
    for field, value in fields(message):
        if field == 2:
            shape = _parse_shape(as_bytes(value))
        elif field == 7:
            slices.append(_parse_slice(as_bytes(value)))
        elif field in (1, 3, 4, 5, 6):
            sizes[field] = as_size(value)
    shard = sizes.get(3, 0)
    if shard >= n_shards:
        raise DamagedIndexError(f"it names data shard {shard} of {n_shards}")
    entry = BundleEntry(
        dtype_code=sizes.get(1, 0),
        shape=shape,
        shard=shard,
        offset=sizes.get(4, 0),
        n_bytes=sizes.get(5, 0),
        crc32c=sizes.get(6, 0),
    )
    return entry, slices


def _parse_shape(message: bytes) -> Shape:
    sizes = []
    for field, value in fields(message):
        if field == 2:
            size = [as_size(inner) for inner_field, inner in fields(as_bytes(value)) if inner_field == 1]
            sizes.append(size[-1] if size else 0)
    if len(sizes) > _MAX_RANK:
        raise DamagedIndexError(f"a tensor of it has {len(sizes):,} dimensions")
    return tuple(sizes)


def _parse_slice(message: bytes) -> Extents:
    extents = []
    for field, value in fields(message):
        if field == 1:
            sizes = {inner_field: as_size(inner) for inner_field, inner in fields(as_bytes(value))}
            extents.append((sizes.get(1, 0), sizes.get(2, _WHOLE)))
    return tuple(extents)
