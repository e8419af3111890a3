"""Parquet and Arrow files, written by pyarrow."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.loader.memory import growing_at_most
from unit.loader.reading import assert_reads_as, fuzzing_in_child, read
from unit.loader.tables import varint

from projector_chassis.errors import Conflict, PublicError
from projector_loader.formats import list_tensors
from projector_loader.reader_process import ReaderProcesses
from projector_loader.row_selection import RowRange
from projector_loader.tensors import FoundTensor, TensorSource

N_ROWS = 2500


def parquet(table: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, row_group_size=700, **options)
    return stream.getvalue()


def arrow_file(table: Any, compression: str | None = None) -> bytes:
    stream = io.BytesIO()
    with pa.ipc.new_file(stream, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(table, max_chunksize=300)
    return stream.getvalue()


def arrow_stream(table: Any) -> bytes:
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table, max_chunksize=300)
    return stream.getvalue()


WRITERS: list[tuple[str, Callable[..., bytes]]] = [
    ("x.parquet", parquet),
    ("x.arrow", arrow_file),
    ("x.feather", lambda table: arrow_file(table, "zstd")),
    ("stream.arrow", arrow_stream),
]


@pytest.fixture
def tensors(write: Any, processes: ReaderProcesses) -> Callable[[str, bytes], dict[str, FoundTensor]]:
    def list_file(name: str, content: bytes) -> dict[str, FoundTensor]:
        return {tensor.name: tensor for tensor in list_tensors(processes, write(name, content))}

    return list_file


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


def columns(tensor: FoundTensor) -> dict[str, list[str]]:
    return {} if tensor.columns is None else {each.name: list(each.cells) for each in tensor.columns.read_columns()}


def vectors(dtype: Any = np.float32, n_dims: int = 4) -> Any:
    return (np.random.default_rng(1).random((N_ROWS, n_dims)) * 100).astype(dtype)


def lists(array: Any, kind: Any = pa.list_) -> Any:
    return pa.array(array.tolist(), kind(pa.from_numpy_dtype(array.dtype)))


@pytest.mark.parametrize(("name", "save"), WRITERS)
@pytest.mark.parametrize("kind", [pa.list_, pa.large_list, lambda inner: pa.list_(inner, 4)])
def test_lists_are_tensors_and_other_columns_metadata(tensors: Any, name: str, save: Any, kind: Any) -> None:
    array = vectors()
    words = [f"w{i}" if i % 7 else None for i in range(N_ROWS)]
    table = pa.table({"word": words, "vec": lists(array, kind), "n": range(N_ROWS), "other": lists(array[:, :2])})

    found = tensors(name, save(table))

    assert list(found) == ["vec", "other"]
    assert found["vec"].dtype == "float32"
    assert_reads_as(source(found["vec"]), array)
    assert_reads_as(source(found["other"]), array[:, :2])
    assert columns(found["vec"]) == {
        "word": [word or "" for word in words],
        "n": [str(i) for i in range(N_ROWS)],
    }


@pytest.mark.parametrize("dtype", ["f2", "f8", "i1", "i4", "i8", "u1", "u8", "?"])
def test_every_type_of_number_is_read_from_lists(tensors: Any, dtype: str) -> None:
    array = vectors(dtype)
    save = arrow_file if dtype == "f2" else parquet
    assert_reads_as(source(tensors("x", save(pa.table({"vec": lists(array)})))["vec"]), array)


@pytest.mark.parametrize(("name", "save"), WRITERS)
def test_columns_with_fractions_form_a_tensor(tensors: Any, name: str, save: Any) -> None:
    array = vectors(np.float64, 3)
    label = np.arange(N_ROWS) % 3
    table = pa.table({"x": array[:, 0], "label": label, "y": array[:, 1], "z": array[:, 2].astype(np.float32)})
    (tensor,) = tensors(name, save(table)).values()
    assert_reads_as(source(tensor), array)
    assert columns(tensor) == {"label": [str(each) for each in label]}


def test_integer_columns_form_a_tensor_where_nothing_has_a_fraction(tensors: Any) -> None:
    array = vectors(np.int64, 2)
    table = pa.table({"a": array[:, 0], "b": array[:, 1], "is_new": [True] * N_ROWS, "name": ["x"] * N_ROWS})
    (tensor,) = tensors("x.parquet", parquet(table)).values()
    assert_reads_as(source(tensor), array)
    assert list(columns(tensor)) == ["is_new", "name"]


def test_missing_numbers_become_nan(tensors: Any) -> None:
    (tensor,) = tensors("x.parquet", parquet(pa.table({"a": [1.0, None], "b": [None, 2.0]}))).values()
    np.testing.assert_array_equal(read(source(tensor)), [[1, np.nan], [np.nan, 2]])


def test_cells_are_spelled_for_people(tensors: Any) -> None:
    table = pa.table(
        {
            "vec": lists(np.eye(2, 3)),
            "kind": pa.array(["p", None]).dictionary_encode(),
            "score": pa.array([0.1, None], pa.float32()),
            "is_new": [True, None],
            "day": [date(2024, 2, 3), None],
            "moment": [datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC), None],
            "price": [Decimal("1.50"), None],
            "image": [b"\xff", b""],
            "nested": [{"a": 1}, None],
            "__index_level_0__": [7, 8],
        }
    )
    assert columns(tensors("x.parquet", parquet(table))["vec"]) == {
        "kind": ["p", ""],
        "score": ["0.1", ""],
        "is_new": ["true", ""],
        "day": ["2024-02-03", ""],
        "moment": ["2024-02-03 04:05:06.000000Z", ""],
        "price": ["1.50", ""],
        "index": ["7", "8"],
    }


@pytest.mark.parametrize(("name", "save"), WRITERS)
@pytest.mark.parametrize(("cell", "held"), [([1.0], "1 values"), (None, "no vector")])
def test_row_of_another_length_is_named(tensors: Any, name: str, save: Any, cell: Any, held: str) -> None:
    rows = [[1.0, 2.0]] * 1900
    rows[1800] = cell
    tensor = source(tensors(name, save(pa.table({"vec": rows})))["vec"])
    with pytest.raises(Conflict, match=rf"^{name}, row 1,801: {held}, but the first row has 2\."):
        read(tensor, n_block=500)


def test_table_without_numbers_holds_no_tensor(tensors: Any) -> None:
    assert tensors("x.parquet", parquet(pa.table({"word": ["a"]}))) == {}


def test_claim_that_the_file_cannot_hold_is_refused(tensors: Any) -> None:
    zeros = np.zeros(10_000_000, np.float32)
    stream = io.BytesIO()
    schema = pa.schema({"x": pa.float32(), "y": pa.float32()})
    with pa.ipc.new_file(stream, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(pa.table([zeros, zeros], schema=schema))
    (tensor,) = tensors("x.arrow", stream.getvalue()).values()
    assert tensor.source is None
    assert "claims to be 10,000,000 x 2" in tensor.refusal


N_CLAIMED_FROM = 1_000_003  # its encoding occurs in a footer where it is meant, and nowhere else


@pytest.fixture(scope="module")
def equal_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of a million rows, which Parquet keeps in a few kilobytes."""
    file = tmp_path_factory.mktemp("parquet") / "equal.parquet"
    column = np.ones(N_CLAIMED_FROM, np.float32)
    pq.write_table(pa.table({"x": column, "y": column}), file, row_group_size=N_CLAIMED_FROM)
    return file


def claiming_rows(content: bytes, n_rows: int) -> bytes:
    """A Parquet file with another number of rows in its footer: of the file, its row group and its column chunks."""
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    footer = content[start:-8].replace(varint(2 * N_CLAIMED_FROM), varint(2 * n_rows))
    return content[:start] + footer + len(footer).to_bytes(4, "little") + b"PAR1"


@given(n_rows=st.sampled_from([2**31, 2**40, 2**62]) | st.integers(2**31, 2**62))
@settings(fuzzing_in_child, max_examples=20)
def test_any_number_of_rows_that_a_footer_claims_is_refused_in_no_time(
    write: Any, processes: ReaderProcesses, equal_rows: Path, n_rows: int
) -> None:
    list_tensors(processes, write("small.parquet", parquet(SMALL)))
    child = processes.arrays._child
    assert child is not None
    file = write("claim.parquet", claiming_rows(equal_rows.read_bytes(), n_rows))
    started = time.monotonic()
    with growing_at_most(256 * 2**20, child.process.pid):
        (tensor,) = list_tensors(processes, file)
    assert tensor.source is None
    assert f"claims to be {n_rows:,} x 2" in tensor.refusal
    assert time.monotonic() - started < 2


@given(n_rows=st.integers(N_CLAIMED_FROM + 1, N_CLAIMED_FROM + 10))
@settings(fuzzing_in_child, max_examples=3)
def test_rows_that_a_footer_claims_and_the_file_does_not_hold_are_reported(
    write: Any, processes: ReaderProcesses, equal_rows: Path, n_rows: int
) -> None:
    (tensor,) = list_tensors(processes, write("claim.parquet", claiming_rows(equal_rows.read_bytes(), n_rows)))
    with pytest.raises(Conflict, match=r"^claim\.parquet "):
        read(source(tensor), RowRange(N_CLAIMED_FROM - 2))


@pytest.mark.parametrize("name", ["x.parquet", "x.arrow", "x.feather"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"ARROW1\0\0", b"\xff" * 100])
def test_damaged_file_is_named(tensors: Any, name: str, content: bytes) -> None:
    with pytest.raises(Conflict, match=rf"^{name} is damaged or holds something that is not read"):
        tensors(name, content)


SMALL = pa.table({"vec": lists(np.eye(5, 3)), "word": list("abcde")})
WHOLE = [parquet(SMALL), arrow_file(SMALL), arrow_stream(SMALL)]


@given(
    st.sampled_from([0, 1, 2]),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=4),
    st.integers(0, 60),
)
@fuzzing_in_child
def test_any_cut_and_change_is_read_or_reported(
    write: Any, processes: ReaderProcesses, i: int, changes: list[tuple[int, int]], n_cut: int
) -> None:
    content = bytearray(WHOLE[i])
    for position, byte in changes:
        content[position % len(content)] = byte
    file = write("any.parquet" if i == 0 else "any.arrow", bytes(content[: len(content) - n_cut // 4 * (n_cut % 2)]))
    try:
        for tensor in list_tensors(processes, file):
            if tensor.source is not None and tensor.shape[0] < 10_000:
                assert read(tensor.source).shape == tensor.shape
                columns(tensor)
    except PublicError:
        return
