"""A loader that really listens, over a data root with one run of every kind."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from integration.loader.running_loader import Loader, serve
from numpy.typing import NDArray
from PIL import Image

N_POINTS, N_DIMS = 3000, 200


@pytest.fixture(scope="session")
def vectors() -> NDArray[np.float32]:
    return np.random.default_rng(3).standard_normal((N_POINTS, N_DIMS)).astype(np.float32)


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, vectors: NDArray[np.float32]) -> Path:
    """Three steps of a checkpoint, saved by TensorFlow once for all tests."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow

    folder = tmp_path_factory.mktemp("saved")
    for step in (0, 10, 20):
        checkpoint = tensorflow.train.Checkpoint(
            words=tensorflow.Variable(vectors + step), bias=tensorflow.Variable([1.0])
        )
        checkpoint.write(str(folder / f"model.ckpt-{step}"))
    return folder


@pytest.fixture
def root(tmp_path: Path, saved: Path, vectors: NDArray[np.float32]) -> Path:
    """``words``: checkpoints with labels, sprite and bookmarks. ``raw``: a tensor file alone. Fresh for every test."""
    root = tmp_path / "root"
    words = root / "words"
    words.mkdir(parents=True)
    for file in saved.iterdir():
        (words / file.name).write_bytes(file.read_bytes())
    (words / "labels.tsv").write_text("word\tn\tpart\n" + "".join(f"w{i}\t{i}\tp{i % 3}\n" for i in range(N_POINTS)))
    image = io.BytesIO()
    noise = np.random.default_rng(4).integers(0, 255, (55 * 16, 55 * 16), np.uint8)
    Image.fromarray(noise).save(image, "PNG")
    (words / "sprite.png").write_bytes(image.getvalue())
    (words / "views.txt").write_text("[]")
    (words / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "words" metadata_path: "labels.tsv" bookmarks_path: "views.txt"'
        ' sprite { image_path: "sprite.png" single_image_dim: [16, 16] } }'
    )
    raw = root / "raw"
    raw.mkdir()
    (raw / "tensors.bytes").write_bytes(vectors[:50, :4].tobytes())
    (raw / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "r" tensor_shape: [50, 4] tensor_path: "tensors.bytes" }'
    )
    return root


@pytest.fixture
def settings(root: Path, tmp_path: Path) -> dict[str, Any]:
    """What the loader under test is told."""
    return {"data_root": root, "loader_address": "127.0.0.1:0", "cache_dir": tmp_path / "cache"}


@pytest.fixture
def loader(settings: dict[str, Any]) -> Iterator[Loader]:
    yield from serve(settings)
