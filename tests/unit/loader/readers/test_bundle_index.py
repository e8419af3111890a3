from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.loader.tables import block_of, table

from projector_loader.readers.bundle_index import DamagedIndexError, UnsupportedIndexError, parse_index, part_key
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

    (entry,) = index.entries.values()
    assert (list(index.entries), entry.shape) == (["cut"], (12, 5))
    assert [(part.starts, part.entry.shape) for part in entry.parts] == [((start, 0), (4, 5)) for start in (0, 4, 8)]


def test_parts_far_from_the_start_are_found_by_their_keys(tmp_path: Path, save_graph: Any) -> None:
    save_graph(tmp_path / "parts.ckpt", {"cut": np.zeros((3_300_000, 1), np.int8)}, parts=33)
    (entry,) = parse_index((tmp_path / "parts.ckpt.index").read_bytes()).entries.values()
    assert sorted(part.starts for part in entry.parts) == [(start, 0) for start in range(0, 3_300_000, 100_000)]


def test_keys_of_parts_sort_as_their_values_do() -> None:
    numbers = [-(2**40), -8193, -65, -64, -1, 0, 1, 63, 64, 8191, 8192, 2**27, 2**41, 2**50]
    keys = [part_key(b"x", ((number, 1),)) for number in numbers]
    assert keys == sorted(keys)
    assert part_key(b"a\0\xff", ()) == b"\0a\0\xff\xff\0\0\1\0"


def test_part_that_is_not_there_is_reported() -> None:
    whole = b"\x08\x01\x12\x04\x12\x02\x08\x02\x3a\x06\x0a\x04\x08\x00\x10\x02"
    with pytest.raises(DamagedIndexError, match="a part of a partitioned variable is not in it"):
        parse_index(table(block_of([(b"", b"\x08\x01"), (b"a", whole)])))
    part = part_key(b"a", ((0, 2),)), b"\x08\x01\x12\x04\x12\x02\x08\x03"
    with pytest.raises(DamagedIndexError, match="reaches beyond it"):
        parse_index(table(block_of([(b"", b"\x08\x01"), part, (b"a", whole)])))


def test_number_of_shards_is_bounded() -> None:
    with pytest.raises(DamagedIndexError, match="tells of 2,147,483,647 data shards"):
        parse_index(table(block_of([(b"", b"\x08\xff\xff\xff\xff\x07")])))


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


@pytest.mark.usefixtures("bounded_memory")
@given(st.binary(max_size=300))
def test_any_bytes_are_damaged_or_unsupported(content: bytes) -> None:
    with pytest.raises((DamagedIndexError, UnsupportedIndexError)):
        parse_index(content)


@pytest.mark.usefixtures("bounded_memory")
@given(st.binary(max_size=200), st.sampled_from([0, 1]))
@settings(max_examples=300)
def test_any_block_with_a_right_checksum_is_read_or_reported(block: bytes, compression: int) -> None:
    try:
        parse_index(table(block, compression=compression))
    except (DamagedIndexError, UnsupportedIndexError):
        return


@pytest.mark.usefixtures("bounded_memory")
@given(st.lists(st.tuples(st.binary(max_size=6), st.binary(max_size=40)), max_size=8))
@settings(max_examples=300)
def test_any_records_are_read_or_reported(records: list[tuple[bytes, bytes]]) -> None:
    try:
        parse_index(table(block_of([(b"", b"\x08\x01"), *records])))
    except DamagedIndexError:
        return


def test_compressed_block_is_left_to_tensorflow() -> None:
    with pytest.raises(UnsupportedIndexError):
        parse_index(table(b"\0" * 8, compression=1))


def test_names_out_of_order_are_reported() -> None:
    content = table(block_of([(b"", b"\x08\x01"), (b"b", b""), (b"a", b"")]))
    with pytest.raises(DamagedIndexError, match="not in order"):
        parse_index(content)


def test_shard_beyond_the_number_of_shards_is_reported() -> None:
    content = table(block_of([(b"", b"\x08\x02"), (b"a", b"\x18\x02")]))
    with pytest.raises(DamagedIndexError, match="shard 2 of 2"):
        parse_index(content)
