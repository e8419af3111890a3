from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.loader.reading import assert_reads_as, fuzzing, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.readers.npy import list_tensors
from projector_loader.tensor_rules import why_not_viewable
from projector_loader.tensors import FoundTensor, TensorSource

TYPES = ["<f2", "<f4", "<f8", ">f4", ">f8", "i1", "<i2", ">i4", "<i8", "u1", "<u2", "<u4", "<u8", "?"]


def saved(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def only(file: Any) -> FoundTensor:
    (tensor,) = list_tensors(file)
    return tensor


def source(file: Any) -> TensorSource:
    found = only(file).source
    assert found is not None
    return found


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", TYPES)
def test_every_real_type_and_order_reads_as_numpy_wrote_it(write: Any, dtype: str, order: Any) -> None:
    array = np.asarray(np.random.default_rng(1).random((13, 4)) * 100, dtype, order)
    assert_reads_as(source(write("x.npy", saved(array))), array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(write: Any, matrix: Any, version: tuple[int, int]) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, matrix, version)
    assert_reads_as(source(write("x.npy", stream.getvalue())), matrix)


def test_column_major_rows_ahead_are_read_once(write: Any) -> None:
    array = np.asfortranarray(np.random.default_rng(1).random((5000, 3), np.float32))
    np.testing.assert_array_equal(read(source(write("x.npy", saved(array))), n_block=100), array)


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((3, 2, 2)), "It has 3 dimensions"),
        (np.zeros(3), "It has 1 dimensions"),
        (np.zeros((0, 4)), "It is empty"),
        (np.array([["a", "b"]]), "It holds text"),
        (np.zeros((3, 2), np.complex64), "complex numbers"),
        (np.zeros((3, 2), "datetime64[s]"), "element type datetime"),
        (np.zeros((3, 2), [("x", "f4")]), "element type record"),
    ],
)
def test_what_cannot_be_shown_is_listed_with_its_reason(write: Any, array: Any, reason: str) -> None:
    tensor = only(write("x.npy", saved(array)))
    assert tensor.source is None
    assert tensor.shape == array.shape
    assert reason in (why_not_viewable(tensor.name, tensor.shape, tensor.dtype, is_named=False) or "")


def test_python_objects_are_refused_and_not_unpickled(write: Any) -> None:
    tensor = only(write("x.npy", saved(np.array([[print]], object), allow_pickle=True)))
    assert tensor.source is None
    assert "Python objects" in tensor.refusal


def header(text: str, version: int = 1) -> bytes:
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text.encode()


def described(shape: object, descr: object = "<f4", fortran_order: bool = False) -> bytes:
    return header(repr({"descr": descr, "fortran_order": fortran_order, "shape": shape}))


def test_header_of_python_2_is_read(write: Any) -> None:
    content = header("{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 2L), }\n") + struct.pack("<ff", 1, 2)
    assert_reads_as(source(write("x.npy", content)), np.array([[1, 2]]))


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "does not begin as a NumPy array does"),
        (b"\x93NUMPY", "does not begin as a NumPy array does"),
        (b"\x93NUMPY\x04\0" + b"\0" * 8, "version 4"),
        (b"\x93NUMPY\x01\0\xf0\x00{}", "header is cut short"),
        (header("x" * 10, 2)[:8] + struct.pack("<I", 2**31), "at most 65,536 are read"),
        (header("[" * 9000), "no description of an array"),
        (header("1234567890"), "no description of an array"),
        (described((-1, 2)), "the shape in its header is none"),
        (described((True, 2)), "the shape in its header is none"),
        (described((1, 2), "<f3;"), "the element type in its header is none"),
        (described((1, 2), "b2"), "the element type in its header is none"),
        (described((10**12, 300)), "was cut short: it has"),
        (described((10**4000, 10**4000)), "the shape in its header is none"),
        (saved(np.zeros((4, 4)))[:-1], "was cut short: it has 255 bytes, but its header tells of 256"),
    ],
)
def test_damage_is_named(write: Any, content: bytes, cause: str) -> None:
    with pytest.raises(Conflict) as caught:
        list_tensors(write("run/x.npy", content))
    assert caught.value.message.startswith("run/x.npy ")
    assert cause in caught.value.message


@pytest.mark.parametrize("order", ["C", "F"])
def test_file_cut_after_it_was_listed_is_a_typed_error(write: Any, matrix: Any, order: Any) -> None:
    content = saved(np.asarray(matrix, order=order))
    tensor = source(write("x.npy", content))
    write("x.npy", content[:-8])
    with pytest.raises(Conflict, match="but the tensor needs"):
        read(tensor)


@pytest.mark.usefixtures("bounded_memory")
@given(
    st.builds(
        lambda start, rest, cut: (start + rest)[:cut],
        st.one_of(
            st.just(b"\x93NUMPY\x01\0"),
            st.builds(
                described,
                st.one_of(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.tuples(st.integers()), st.text()),
                st.sampled_from(["<f4", ">i8", "|O", "<U3", "|V2", "f", "<f99999999999"]) | st.text(max_size=5),
                st.booleans(),
            ),
            st.text(max_size=60).map(header),
        ),
        st.binary(max_size=200),
        st.integers(0, 400),
    )
)
@fuzzing
def test_any_bytes_are_read_whole_or_reported(write: Any, content: bytes) -> None:
    try:
        tensor = only(write("any.npy", content))
    except PublicError:
        return
    if tensor.source is not None:
        assert read(tensor.source).shape == tensor.shape
