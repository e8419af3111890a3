from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.loader.reading import assert_reads_as, fuzzing, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.asset_paths import AssetPath
from projector_loader.formats import list_tensors
from projector_loader.reader_process import ReaderProcesses
from projector_loader.tensors import FoundTensor, TensorSource

SAVERS: list[Callable[..., None]] = [np.savez, np.savez_compressed]


def archived(save: Callable[..., None] = np.savez, **arrays: Any) -> bytes:
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def zipped(method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return stream.getvalue()


def tensors(file: AssetPath) -> dict[str, FoundTensor]:
    return {tensor.name: tensor for tensor in list_tensors(ReaderProcesses(), file)}


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


def columns(tensor: FoundTensor) -> dict[str, list[str]]:
    return {} if tensor.columns is None else {each.name: list(each.cells) for each in tensor.columns.read_columns()}


@pytest.mark.parametrize("save", SAVERS)
@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f8", "<i8", "u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_matrices_read_as_numpy_wrote_them(write: Any, save: Any, dtype: str, order: Any) -> None:
    array = np.asarray(np.random.default_rng(1).random((600, 70)) * 100, dtype, order)
    found = tensors(write("x.npz", archived(save, first=array, second=array[:7])))
    assert list(found) == ["first", "second"]
    assert_reads_as(source(found["first"]), array)
    assert_reads_as(source(found["second"]), array[:7])


@pytest.mark.parametrize("save", SAVERS)
def test_arrays_with_an_element_for_each_point_become_metadata(write: Any, save: Any) -> None:
    moments = np.array(["2024-01-02T03:04:05", "NaT", "2025-01-01"], "datetime64[s]")
    content = archived(
        save,
        x=np.zeros((3, 2)),
        word=np.array(["a", "ü€", ""]),
        n=np.array([1, 2, 3]),
        score=np.array([0.1, np.nan, -2], np.float32),
        is_new=np.array([True, False, True]),
        raw=np.array([b"x", b"\xff", b"z"]),
        saved=moments,
        other=np.zeros(4),
        deep=np.array([{}, {}, {}], object),
    )
    found = tensors(write("x.npz", content))
    assert columns(found["x"]) == {
        "word": ["a", "ü€", ""],
        "n": ["1", "2", "3"],
        "score": ["0.1", "", "-2.0"],
        "is_new": ["true", "false", "true"],
        "raw": ["x", "\ufffd", "z"],
        "saved": ["2024-01-02T03:04:05", "", "2025-01-01"],
    }
    assert "Python objects" in found["deep"].refusal


def test_numbers_that_are_no_characters_do_not_break_a_column(write: Any) -> None:
    words = np.array([0xD800, 0x110000, ord("a")], np.uint32).view("<U1")
    found = tensors(write("x.npz", archived(x=np.zeros((3, 2)), word=words)))
    assert columns(found["x"]) == {"word": ["\ufffd", "\ufffd", "a"]}


def test_pytorch_archive_is_a_pickle(write: Any) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02.")
    (tensor,) = list_tensors(ReaderProcesses(), write("weights.bin", stream.getvalue()))
    assert tensor.refusal.startswith("weights.bin is a pickle")


def test_member_that_claims_an_impossible_size_is_refused_unread(write: Any) -> None:
    content = bytearray(zipped(zipfile.ZIP_DEFLATED, bomb=b"\0" * 1000))
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 24, 2**31)
    bomb = tensors(write("x.npz", bytes(content)))["bomb"]
    assert bomb.source is None
    assert "claims to unpack from" in bomb.refusal


def test_bomb_behind_a_right_header_is_unpacked_in_bounded_parts(write: Any, matrix: Any) -> None:
    """A header that tells of more than the member holds, and a member that holds more than its directory tells."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 300)})
    head = stream.getvalue()
    found = tensors(write("x.npz", zipped(zipfile.ZIP_DEFLATED, huge=head + b"\0" * 10**6)))["huge"]
    assert "was cut short: it has 1,000,128 bytes, but its header tells of 1,200,000,000,000,128" in found.damage

    content = bytearray(archived(np.savez_compressed, x=np.zeros((5000, 30))))
    entry = content.rindex(b"PK\x01\x02")
    struct.pack_into("<L", content, entry + 24, 5000 * 30 * 8)
    assert "was cut short" in tensors(write("x.npz", bytes(content)))["x"].damage


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused_with_what_to_do(write: Any, matrix: Any, method: int) -> None:
    stream = io.BytesIO()
    np.save(stream, matrix)
    assert "compress it by DEFLATE" in tensors(write("x.npz", zipped(method, x=stream.getvalue())))["x"].refusal


def test_wrong_checksum_is_reported(write: Any) -> None:
    long, short = np.random.default_rng(1).random((5000, 3)), np.zeros((5, 3))
    content = archived(np.savez_compressed, long=long, short=short, whole=short + 1)
    for array in (long, short):
        content = content.replace(struct.pack("<L", zlib.crc32(npy(array))), b"\1\2\3\4")
    found = tensors(write("x.npz", content))
    with pytest.raises(Conflict, match=r"x\.npz is damaged: long\.npy has another checksum"):
        read(source(found["long"]))
    assert "short.npy has another checksum" in found["short"].damage
    assert_reads_as(source(found["whole"]), short + 1)


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_archive_cut_short_is_reported(write: Any, matrix: Any) -> None:
    with pytest.raises(Conflict, match=r"^x\.npz is damaged: it does not end as a ZIP archive does"):
        list_tensors(ReaderProcesses(), write("x.npz", archived(x=matrix)[:-30]))


def test_directory_of_millions_of_entries_is_refused_at_once(write: Any) -> None:
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *[0] * 6, *[0] * 3, 1, *[0] * 4, 0, 0) + b"x"
    directory = entry * 300_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, len(directory), 0, 0)
    file = write("x.npz", directory + end)
    started = time.process_time()
    with pytest.raises(Conflict, match="its directory has 14,100,000 bytes"):
        list_tensors(ReaderProcesses(), file)
    assert time.process_time() - started < 2


@pytest.mark.usefixtures("bounded_memory")
@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=3),
    st.integers(0, 40),
    st.binary(max_size=4),
)
@fuzzing
def test_any_damage_is_read_or_reported(
    write: Any, compressed: bool, changes: list[tuple[int, int]], n_cut: int, tail: bytes
) -> None:
    save: Any = np.savez_compressed if compressed else np.savez
    content = bytearray(archived(save, x=np.eye(4, 3), words=np.array(["a", "b", "c", "d"])))
    for position, byte in changes:
        content[position % len(content)] = byte
    file = write("any.npz", bytes(content[: len(content) - n_cut]) + tail)
    try:
        for tensor in list_tensors(ReaderProcesses(), file):
            if tensor.source is not None:
                assert read(tensor.source).shape == tensor.shape
            columns(tensor)
    except PublicError:
        return
