from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projector_loader.readers.bundle_index import DamagedIndexError, UnsupportedIndexError, parse_index
from projector_loader.readers.crc32c import crc32c
from projector_loader.readers.elements import dtype_name


@pytest.fixture(scope="session")
def index_bytes(tmp_path_factory: pytest.TempPathFactory, save_checkpoint: Any) -> bytes:
    prefix = tmp_path_factory.mktemp("index") / "model.ckpt"
    save_checkpoint(prefix, {"first": np.zeros((3, 4), np.float32), "second": np.zeros((2, 2), np.float64)})
    return Path(f"{prefix}.index").read_bytes()


def test_entries_agree_with_tensorflow(tmp_path: Path, save_checkpoint: Any, tensorflow: Any) -> None:
    # Enough long names for more than one block of the table.
    arrays = {f"layer_{i:04d}_{'x' * 900}": np.zeros((i % 7 + 1, i % 5 + 1), np.float32) for i in range(600)}
    save_checkpoint(tmp_path / "large.ckpt", arrays)

    content = (tmp_path / "large.ckpt.index").read_bytes()
    index = parse_index(content)

    assert len(content) > 2**19  # TensorFlow's blocks have half as many bytes
    reader = tensorflow.train.load_checkpoint(str(tmp_path / "large.ckpt"))
    assert {name: list(entry.shape) for name, entry in index.entries.items()} == reader.get_variable_to_shape_map()
    assert {name: dtype_name(entry.dtype_code) for name, entry in index.entries.items()} == {
        name: dtype.name for name, dtype in reader.get_variable_to_dtype_map().items()
    }


def test_partitioned_variable_is_one_entry(tmp_path: Path, save_graph: Any, matrix: Any) -> None:
    save_graph(tmp_path / "parts.ckpt", {"cut": matrix}, parts=3)

    index = parse_index((tmp_path / "parts.ckpt.index").read_bytes())

    assert [(name, entry.shape, entry.is_sliced) for name, entry in index.entries.items()] == [("cut", (12, 5), True)]


def test_every_truncation_is_reported(index_bytes: bytes) -> None:
    for length in range(len(index_bytes)):
        with pytest.raises(DamagedIndexError):
            parse_index(index_bytes[:length])


def test_every_changed_byte_is_reported_or_without_effect(index_bytes: bytes) -> None:
    whole = parse_index(index_bytes)
    for position in range(len(index_bytes)):
        changed = bytearray(index_bytes)
        changed[position] ^= 0x55
        try:
            assert parse_index(bytes(changed)) == whole
        except DamagedIndexError:
            continue


@given(st.binary(max_size=300))
def test_any_bytes_are_damaged_or_unsupported(content: bytes) -> None:
    with pytest.raises((DamagedIndexError, UnsupportedIndexError)):
        parse_index(content)


@given(st.binary(max_size=200), st.sampled_from([0, 1]))
@settings(max_examples=300)
def test_any_block_with_a_right_checksum_is_read_or_reported(block: bytes, compression: int) -> None:
    try:
        parse_index(_table(block, compression=compression))
    except (DamagedIndexError, UnsupportedIndexError):
        return


@given(st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=40)), max_size=8))
@settings(max_examples=300)
def test_any_records_are_read_or_reported(records: list[tuple[bytes, bytes]]) -> None:
    try:
        parse_index(_table(_block([(b"", b"\x08\x01"), *records])))
    except DamagedIndexError:
        return


def test_compressed_block_is_left_to_tensorflow() -> None:
    with pytest.raises(UnsupportedIndexError):
        parse_index(_table(b"\0" * 8, compression=1))


def test_names_out_of_order_are_reported() -> None:
    content = _table(_block([(b"", b"\x08\x01"), (b"b", b""), (b"a", b"")]))
    with pytest.raises(DamagedIndexError, match="not in order"):
        parse_index(content)


def test_shard_beyond_the_number_of_shards_is_reported() -> None:
    content = _table(_block([(b"", b"\x08\x02"), (b"a", b"\x18\x02")]))
    with pytest.raises(DamagedIndexError, match="shard 2 of 2"):
        parse_index(content)


def _table(block: bytes, *, compression: int = 0) -> bytes:
    """A table of one data block, with right checksums."""
    content = _with_trailer(block, compression)
    root = _block([(b"z", _varint(0) + _varint(len(block)))])
    handles = _varint(0) + _varint(0) + _varint(len(content)) + _varint(len(root))
    return content + _with_trailer(root, 0) + handles.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def _with_trailer(block: bytes, compression: int) -> bytes:
    checksum = crc32c(block + bytes([compression]))
    masked = (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return block + bytes([compression]) + struct.pack("<I", masked)


def _block(records: list[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(_varint(0) + _varint(len(key)) + _varint(len(value)) + key + value for key, value in records)
    return body + struct.pack("<II", 0, 1)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded, number])
