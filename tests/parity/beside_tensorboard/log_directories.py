"""Log directories as training programs leave them: what TensorBoard shows, and the cases in which it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

N_POINTS, N_DIMS = 40, 6
CELL_PX = 12
EMPTY_LABEL_ROW = 3
_STEPS = (10, 20)


def write_log_directories(root: Path, tensorflow: Any) -> None:
    """Write one run of each kind below ``root``; all but ``no_events`` have the event files TensorBoard asks for."""
    for name, write in {
        "object_graph": _write_object_graph,
        "saver": _write_saver,
        "raw": _write_raw,
        "tsv": _write_tsv,
        "plugin_assets": _write_plugin_assets,
        "labels": _write_labels,
        "no_events": _write_raw,
    }.items():
        folder = root / name
        folder.mkdir(parents=True)
        write(folder, tensorflow)
        if name != "no_events":
            _write_event(folder, tensorflow)


def values(seed: int, n_points: int = N_POINTS, n_dims: int = N_DIMS) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((n_points, n_dims)).astype(np.float32)


def _write_event(folder: Path, tensorflow: Any) -> None:
    writer = tensorflow.summary.create_file_writer(str(folder))
    with writer.as_default():
        tensorflow.summary.scalar("loss", 1.0, step=1)
    writer.close()


def _write_object_graph(folder: Path, tensorflow: Any) -> None:
    """TensorFlow 2: a variable of each element type, with metadata, sprite and bookmarks for one of them."""
    variables = {
        "embedding": tensorflow.Variable(values(1)),
        "half": tensorflow.Variable(values(2).astype(np.float16)),
        "double": tensorflow.Variable(values(3).astype(np.float64)),
        "whole": tensorflow.Variable((values(4) * 100).astype(np.int32)),
        "brain": tensorflow.Variable(tensorflow.cast(values(5), tensorflow.bfloat16)),
        "bias": tensorflow.Variable(values(6)[0]),
        "cube": tensorflow.Variable(values(7).reshape(N_POINTS, 2, 3)),
    }
    checkpoint = tensorflow.train.Checkpoint(**variables)
    checkpoint.save(str(folder / "model.ckpt"))
    _write_sprite(folder / "sprite.png")
    rows = [f"{'' if i == EMPTY_LABEL_ROW else f'w{i}'}\t{i}\t{i / 8}" for i in range(N_POINTS)]
    (folder / "metadata.tsv").write_text("\n".join(["word\trank\tshare", *rows]) + "\n", encoding="utf-8")
    (folder / "views.json").write_text('[{"label": "A view", "projections": []}]')
    (folder / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "embedding/.ATTRIBUTES/VARIABLE_VALUE" metadata_path: "metadata.tsv"'
        ' bookmarks_path: "views.json" sprite { image_path: "sprite.png"'
        f" single_image_dim: [{CELL_PX}, {CELL_PX}] }} }}"
    )


def _write_saver(folder: Path, tensorflow: Any) -> None:
    """TensorFlow 1: two training steps, a partitioned variable and an optimiser's slot."""
    v1 = tensorflow.compat.v1
    with tensorflow.Graph().as_default(), v1.Session() as session:
        v1.get_variable("words", initializer=values(8))
        v1.get_variable("words/Adam", initializer=values(9))
        v1.get_variable(
            "parts",
            shape=(N_POINTS, N_DIMS),
            initializer=v1.zeros_initializer(),
            partitioner=v1.fixed_size_partitioner(3),
            use_resource=False,
        )
        saver = v1.train.Saver()
        session.run(v1.global_variables_initializer())
        for step in _STEPS:
            saver.save(session, str(folder / "model.ckpt"), global_step=step, write_meta_graph=False)
    (folder / "projector_config.pbtxt").write_text('embeddings { tensor_name: "words:0" }')


def _write_raw(folder: Path, _: Any) -> None:
    (folder / "points.bytes").write_bytes(values(10).tobytes())
    (folder / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "raw points" tensor_path: "points.bytes"'
        f" tensor_shape: {N_POINTS} tensor_shape: {N_DIMS} }}"
    )


def _write_tsv(folder: Path, _: Any) -> None:
    """The layout of PyTorch's ``SummaryWriter.add_embedding``: a folder for each step."""
    step = folder / "00000" / "default"
    step.mkdir(parents=True)
    np.savetxt(step / "tensors.tsv", values(11), delimiter="\t", fmt="%.9g")
    (step / "metadata.tsv").write_text("\n".join(f"label {i}" for i in range(N_POINTS)) + "\n")
    (folder / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "default:00000" tensor_path: "00000/default/tensors.tsv"'
        ' metadata_path: "00000/default/metadata.tsv" }'
    )


def _write_plugin_assets(folder: Path, tensorflow: Any) -> None:
    """Two configs: the one among the plugin's assets wins."""
    _write_raw(folder, tensorflow)
    assets = folder / "plugins" / "org_tensorflow_tensorboard_projector"
    assets.mkdir(parents=True)
    (assets / "points.bytes").write_bytes(values(12).tobytes())
    (assets / "projector_config.pbtxt").write_text(
        'embeddings { tensor_name: "from assets" tensor_path: "points.bytes"'
        f" tensor_shape: {N_POINTS} tensor_shape: {N_DIMS} }}"
    )


def _write_labels(folder: Path, tensorflow: Any) -> None:
    """One column of labels with Windows line ends, an empty label, and no line end after the last."""
    _write_raw(folder, tensorflow)
    config = folder / "projector_config.pbtxt"
    config.write_text(config.read_text().replace(" }", ' metadata_path: "labels.tsv" }'))
    labels = ["" if i == EMPTY_LABEL_ROW else f"é{i}" for i in range(N_POINTS)]
    (folder / "labels.tsv").write_bytes("\r\n".join(labels).encode())


def _write_sprite(file: Path) -> None:
    side = int(np.ceil(np.sqrt(N_POINTS))) * CELL_PX
    pixels = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    Image.fromarray(pixels).save(file)
