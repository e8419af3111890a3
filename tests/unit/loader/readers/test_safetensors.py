from __future__ import annotations

import json
import struct
import time
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from unit.loader.reading import assert_reads_as, fuzzing, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.formats import list_tensors
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers import safetensors
from projector_loader.tensor_rules import why_not_viewable
from projector_loader.tensors import FoundTensor, TensorSource

TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ml_dtypes.bfloat16]


def tensors(file: Any) -> dict[str, FoundTensor]:
    return {tensor.name: tensor for tensor in list_tensors(ReaderProcesses(), file)}


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


@pytest.mark.parametrize("dtype", TYPES, ids=lambda dtype: np.dtype(dtype).name)
def test_every_real_type_reads_as_the_library_wrote_it(write: Any, dtype: Any) -> None:
    array = (np.random.default_rng(1).random((13, 4)) * 100).astype(dtype)
    content = save({"before": np.arange(3, dtype=np.uint8), "model.words": array}, {"note": "x"})
    found = tensors(write("model.safetensors", content))
    assert set(found) == {"before", "model.words"}
    assert_reads_as(source(found["model.words"]), array)


def test_format_is_known_without_its_name(write: Any, matrix: Any) -> None:
    assert_reads_as(source(tensors(write("weights", save({"x": matrix})))["x"]), matrix)


def headed(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype: str, shape: Any, offsets: Any) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


@pytest.mark.parametrize(
    ("dtype", "shape", "reason"),
    [
        ("C64", [3, 2], "complex numbers"),
        ("F8_E4M3", [3, 2], "element type F8_E4M3"),
        ("F32", [3], "It has 1 dimensions"),
    ],
)
def test_what_cannot_be_shown_is_listed_with_its_reason(write: Any, dtype: str, shape: Any, reason: str) -> None:
    tensor = tensors(write("x.safetensors", headed({"x": entry(dtype, shape, [0, 12])}, b"\0" * 48)))["x"]
    assert reason in (why_not_viewable(tensor.name, tensor.shape, tensor.dtype, is_named=True) or "")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "cut short within its header"),
        (headed({"x": 1})[:-1], "cut short within its header"),
        (struct.pack("<Q", 10**12) + b"{", "its header would have 1,000,000,000,000 bytes"),
        (headed(b"{nonsense"), "its header is not JSON"),
        (headed(b"[" * 100_000), "its header is not JSON"),
        (headed([]), "its header names no tensors"),
        (headed({"x": 1}), 'its header does not say what "x" is'),
        (headed({"x": entry("F32", [-1, 2], [0, 8])}), 'does not say what "x" is'),
        (headed({"x": entry("F32", [10**12, 300], [0, 8])}), "its shape needs 1,200,000,000,000,000"),
        (headed({"x": entry("F32", [2, 2], [16, 0])}), '"x" has -16 bytes'),
    ],
)
def test_damage_is_named(write: Any, content: bytes, cause: str) -> None:
    with pytest.raises(Conflict) as caught:
        list_tensors(ReaderProcesses(), write("run/x.safetensors", content))
    assert caught.value.message.startswith("run/x.safetensors is damaged: ")
    assert cause in caught.value.message


def test_tensors_before_the_cut_stay_readable(write: Any, matrix: Any) -> None:
    content = save({"a": matrix, "b": matrix})
    found = tensors(write("x.safetensors", content[:-8]))
    assert_reads_as(source(found["a"]), matrix)
    assert found["b"].source is None
    assert found["b"].damage.startswith("x.safetensors was cut short: it has ")


def test_names_that_no_text_can_hold_are_mended(write: Any) -> None:
    content = headed(b'{"\\ud800": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}', b"\0" * 4)
    assert list(tensors(write("x.safetensors", content))) == ["?"]


def test_large_header_takes_no_time(write: Any) -> None:
    header = {f"layer.{i}.weight": entry("F32", [1, 1], [0, 4]) for i in range(20_000)}
    file = write("x.safetensors", headed(header, b"\0" * 4))
    started = time.process_time()
    assert len(list_tensors(ReaderProcesses(), file)) == 20_000
    assert time.process_time() - started < 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENTRY = st.builds(
    entry,
    st.sampled_from(["F32", "F16", "BF16", "BOOL", "X"]),
    st.lists(st.integers(0, 3), max_size=3) | JSON,
    st.lists(st.integers(0, 40), min_size=2, max_size=2) | JSON,
)


@pytest.mark.usefixtures("bounded_memory")
@given(
    st.binary(max_size=60)
    | st.builds(headed, st.dictionaries(st.text(max_size=3), ENTRY | JSON, max_size=3), st.binary(max_size=40))
)
@fuzzing
def test_any_header_is_read_or_reported(write: Any, content: bytes) -> None:
    try:
        for tensor in safetensors.list_tensors(write("any.safetensors", content)):
            if tensor.source is not None:
                assert read(tensor.source).shape == tensor.shape
    except PublicError:
        return
