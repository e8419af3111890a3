from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.loader.reading import assert_reads_as, fuzzing_in_child, read

from projector_chassis.errors import Conflict, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.catalog import Catalog
from projector_loader.formats import list_tensors
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers.contiguous import ContiguousTensor
from projector_loader.tensors import FoundTensor, TensorSource

Write = Callable[[str, Callable[[Any], None]], dict[str, FoundTensor]]


def source(tensor: FoundTensor) -> TensorSource:
    assert tensor.source is not None
    return tensor.source


@pytest.fixture
def written(root: DataRoot, place: Any, processes: ReaderProcesses) -> Write:
    """The arrays of a file that is filled by a function."""

    def write_file(name: str, fill: Callable[[Any], None]) -> dict[str, FoundTensor]:
        with h5py.File(root.top.absolute / name, "w") as file:
            fill(file)
        return {tensor.name: tensor for tensor in list_tensors(processes, place(name))}

    return write_file


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", "i1", ">i4", "<i8", "u1", "<u8", "?"])
@pytest.mark.parametrize(
    "options", [{}, {"chunks": (4, 3)}, {"chunks": (5, 5), "compression": "gzip", "shuffle": True}]
)
def test_every_real_type_and_layout_reads_as_the_library_wrote_it(
    written: Write, dtype: str, options: dict[str, Any]
) -> None:
    array = np.asarray(np.random.default_rng(1).random((13, 5)) * 100, dtype)

    found = written("x.h5", lambda file: file.create_dataset("a/b", data=array, **options))

    tensor = source(found["a/b"])
    assert isinstance(tensor, ContiguousTensor) == (not options)
    assert_reads_as(tensor, array)


def test_what_cannot_be_shown_is_listed_with_its_reason(written: Write, tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        file["bias"] = np.zeros(3)
        file["words"] = np.array([["a", "b"]], h5py.string_dtype())
        file["none"] = h5py.Empty("f4")
        file.create_dataset("outside", (2, 2), "f4", external=[(str(tmp_path / "secret"), 0, 16)])
        layout = h5py.VirtualLayout((2, 2), "f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "x", (2, 2))
        file.create_virtual_dataset("virtual", layout)
        file["link"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "x")
        file.create_dataset("empty_claim", (10**12, 300), "f4", chunks=(1000, 300), compression="gzip")
        file.create_dataset("chunk", (2**16, 2**11), "f4", chunks=(2**16, 2**11))

    (tmp_path / "secret").write_bytes(b"secret" * 10)
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = np.ones((2, 2), "f4")

    found = written("x.h5", fill)

    assert {name: tensor.source is None for name, tensor in found.items()} == dict.fromkeys(
        ("bias", "chunk", "empty_claim", "none", "outside", "virtual", "words"), True
    )
    assert (found["bias"].shape, found["words"].dtype, found["none"].shape) == ((3,), "string", ())
    assert "in other files" in found["outside"].refusal
    assert "in other files" in found["virtual"].refusal
    assert "claims to be 1,000,000,000,000 x 300" in found["empty_claim"].refusal
    assert "chunks are larger than" in found["chunk"].refusal


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras, when it saves
def test_weights_of_keras_are_called_by_their_layers(
    keras_model: Any, root: DataRoot, catalog: Catalog, processes: ReaderProcesses
) -> None:
    for name in ("m.keras", "m.weights.h5", "old.h5"):
        (keras_model.save_weights if "weights" in name else keras_model.save)(root.top.absolute / name)

    (run,) = catalog.list_runs().runs

    shown = {summary.tensor_name: summary for summary in run.embeddings}
    assert {name: summary.display_name for name, summary in shown.items()} == {
        "m.keras/layers/dense/vars/0": "dense (m.keras)",
        "m.keras/layers/embedding/vars/0": "words (m.keras)",
        "m.weights.h5/layers/dense/vars/0": "dense (m.weights.h5)",
        "m.weights.h5/layers/embedding/vars/0": "words (m.weights.h5)",
        "old.h5/model_weights/dense/sequential/dense/kernel": "dense/kernel (old.h5)",
        "old.h5/model_weights/words/sequential/words/embeddings": "words/embeddings (old.h5)",
    }
    for name, summary in shown.items():
        layer = keras_model.layers[0 if "words" in summary.display_name else 2]
        tensor = catalog.find(summary.id).source
        assert isinstance(tensor, ContiguousTensor), name
        assert_reads_as(tensor, np.asarray(layer.weights[0]))
    slots = [each for each in run.rejected if "optimizer" in each.tensor_name and len(each.shape) == 2]
    assert len(slots) == 12
    assert all(each.reason.startswith("An optimiser keeps it") for each in slots)
    assert run.problems == ()


def test_bfloat16_of_keras_is_read(written: Write) -> None:
    array = np.random.default_rng(1).random((7, 3)).astype(ml_dtypes.bfloat16)

    def fill(file: Any) -> None:
        # As Keras' own H5Entry writes it.
        file.create_dataset("layers/embedding/vars/0", data=array).attrs["dtype"] = "bfloat16"

    assert_reads_as(source(written("m.weights.h5", fill)["layers/embedding/vars/0"]), array)


def test_compressed_weights_of_a_model_are_read(write: Any, root: DataRoot, processes: ReaderProcesses) -> None:
    import zipfile

    array = np.random.default_rng(1).random((40, 3)).astype(np.float32)
    with h5py.File(root.top.absolute / "weights", "w") as file:
        file["layers/e/vars/0"] = array
    with zipfile.ZipFile(root.top.absolute / "m.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(root.top.absolute / "weights", "model.weights.h5")
    (tensor,) = list_tensors(processes, root.child(root.top, "m.keras"))
    assert_reads_as(source(tensor), array)


def test_damaged_file_is_named(write: Any, processes: ReaderProcesses) -> None:
    for content in (b"", b"no HDF5", b"\x89HDF\r\n\x1a\n" + b"\0" * 50):
        with pytest.raises(Conflict, match=r"^run/x\.h5 is damaged or no HDF5 file"):
            list_tensors(processes, write("run/x.h5", content))


def test_file_replaced_while_it_is_read_is_reported(written: Write, write: Any, root: DataRoot) -> None:
    array = np.random.default_rng(1).random((50, 3))
    tensor = source(written("x.h5", lambda file: file.create_dataset("a", data=array, chunks=(10, 3)))["a"])
    with tensor.open_rows() as rows:
        rows(0, 10)
        other = write("other", (root.top.absolute / "x.h5").read_bytes())
        os.replace(other.absolute, root.top.absolute / "x.h5")
        with pytest.raises(Conflict, match="has changed since it was opened"):
            rows(10, 10)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("h5") / "x.h5"
    with h5py.File(path, "w") as file:
        file["layers/a/vars/0"] = np.eye(4, 3, dtype=np.float32)
        file["layers/a/vars"].attrs["name"] = "words"
        file.create_dataset("zipped", data=np.eye(6, 3), chunks=(2, 3), compression="gzip", fletcher32=True)
    return path.read_bytes()


@given(
    st.integers(0, 12_000),
    st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), max_size=4),
)
@fuzzing_in_child
def test_any_cut_and_change_is_read_or_reported(
    write: Any, processes: ReaderProcesses, whole: bytes, length: int, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(whole)
    for position, byte in changes:
        content[position % len(content)] = byte
    file: AssetPath = write("any.h5", bytes(content[: min(length, len(content)) if length % 3 else len(content)]))
    try:
        for tensor in list_tensors(processes, file):
            if tensor.source is not None and tensor.shape[0] < 10_000:
                assert read(tensor.source).shape == tensor.shape
    except PublicError:
        return
