"""Real checkpoints, written by TensorFlow, which is imported once for all tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.loader.memory import growing_at_most

from projector_loader.asset_paths import AssetPath, DataRoot
from projector_loader.catalog import Catalog
from projector_loader.reader_process import ReaderProcess, ReaderProcesses
from projector_loader.sprites.cut_job import cut_atlas
from projector_loader.sprites.reader import SpriteReader

Arrays = Mapping[str, NDArray[Any]]
SaveCheckpoint = Callable[[Path, Arrays], None]


@pytest.fixture(scope="session")
def tensorflow() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow

    return tensorflow


@pytest.fixture(scope="session")
def save_checkpoint(tensorflow: Any) -> SaveCheckpoint:
    """Writes arrays as variables of a TF2 object-based checkpoint with exactly that prefix."""

    def save(prefix: Path, arrays: Arrays) -> None:
        prefix.parent.mkdir(parents=True, exist_ok=True)
        variables = {name: tensorflow.Variable(values) for name, values in arrays.items()}
        tensorflow.train.Checkpoint(**variables).write(str(prefix))

    return save


@pytest.fixture(scope="session")
def save_graph(tensorflow: Any) -> Callable[..., None]:
    """Writes arrays with a TF1 ``Saver``: ``parts`` cuts every variable, along ``axis``; ``version`` 1 is the format
    before bundles.
    """
    v1 = tensorflow.compat.v1

    def save(
        prefix: Path, arrays: Arrays, *, step: int | None = None, parts: int = 1, axis: int = 0, version: int = 2
    ) -> None:
        prefix.parent.mkdir(parents=True, exist_ok=True)
        with tensorflow.Graph().as_default(), v1.Session() as session:
            for name, values in arrays.items():
                v1.get_variable(
                    name,
                    shape=values.shape,
                    dtype=values.dtype,
                    initializer=_part_of(values),
                    partitioner=v1.fixed_size_partitioner(parts, axis) if parts > 1 else None,
                    use_resource=False,
                )
            session.run(v1.global_variables_initializer())
            saver = v1.train.Saver(write_version=version, max_to_keep=10)
            saver.save(session, str(prefix), global_step=step, write_meta_graph=False)

    return save


@pytest.fixture(scope="session")
def keras_model(tensorflow: Any) -> Any:
    """A trained model with an embedding layer ``words`` of 20 x 8."""
    import keras

    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.layers.Input((3,)),
            keras.layers.Embedding(20, 8, name="words"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, name="dense"),
        ],
        name="sequential",
    )
    model.compile("adam", "mse")
    model.train_on_batch(np.zeros((2, 3)), np.zeros((2, 2)))
    return model


def _part_of(values: NDArray[Any]) -> Callable[..., NDArray[Any]]:
    """An initializer that gives each part of a partitioned variable its rows or columns."""

    def part(shape: list[int], dtype: Any = None, partition_info: Any = None) -> NDArray[Any]:
        starts = partition_info.var_offset if partition_info is not None else [0] * values.ndim
        return values[tuple(slice(start, start + int(size)) for start, size in zip(starts, shape, strict=True))]

    return part


@pytest.fixture
def matrix() -> NDArray[np.float32]:
    """Twelve points of five dimensions."""
    return np.random.default_rng(1).standard_normal((12, 5)).astype(np.float32)


@pytest.fixture
def root(tmp_path: Path) -> DataRoot:
    """A data root with nothing in it."""
    folder = tmp_path / "root"
    folder.mkdir()
    return DataRoot(folder)


@pytest.fixture
def place(root: DataRoot) -> Callable[[str], AssetPath]:
    """The place that a path relative to the data root names."""
    return lambda name: root.resolve(name, base=root.top)


@pytest.fixture
def write(root: DataRoot) -> Callable[[str, str | bytes], AssetPath]:
    """Writes a file below the data root."""

    def write_file(name: str, content: str | bytes) -> AssetPath:
        path = root.top.absolute / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return root.resolve(name, base=root.top)

    return write_file


@pytest.fixture(scope="session")
def processes() -> Iterator[ReaderProcesses]:
    """The children that read with other libraries, started once for all tests."""
    # Other programs may hold the machine: a test waits where a service would go on without the file.
    arrays = ReaderProcess(patience_seconds=120.0, look_seconds=60.0, deadline_seconds=60.0)
    tensorflow = ReaderProcess(patience_seconds=120.0, look_seconds=60.0, deadline_seconds=60.0, memory_bytes=0)
    processes = ReaderProcesses(arrays, tensorflow)
    yield processes
    processes.close()


@pytest.fixture
def bounded_memory() -> Iterator[None]:
    """The test fails where it takes much memory, however small the files are that it reads."""
    with growing_at_most(256 * 2**20):
        yield


@pytest.fixture
def sprites(tmp_path: Path) -> SpriteReader:
    """A reader of sprites with an empty cache."""
    return SpriteReader(tmp_path / "cache", cache_bytes=2**24, max_pixels=2**22, cut=cut_atlas)


@pytest.fixture
def catalog(root: DataRoot, processes: ReaderProcesses) -> Catalog:
    return Catalog(root, processes=processes, max_folders=1000)
