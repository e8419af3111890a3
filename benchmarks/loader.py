"""The loader's speed and memory: opening, streaming, metadata, and TensorBoard on the same checkpoint."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.loader_peers import LoaderProcess, running_byte_stream, running_loader, running_tensorboard
from benchmarks.row import Row
from benchmarks.timing import alternate, seconds
from projector_contracts.loader.v1 import loader_pb2
from projector_loader.metadata import parse_metadata

_N_DIMS = 128
_REPEATS = 5
_OPEN_TARGET_MS = 100.0
_STREAM_SHARE = 0.7
_MEMORY_TARGET_MB = 300.0
_METADATA_TARGET_SECONDS = 5.0
_FIRST_RATIO = 2.5
_CHECKPOINT = "variables"
"""Not `checkpoint`: TensorBoard takes a folder of that name for a file and fails."""
_TENSOR_NAME = "embedding/.ATTRIBUTES/VARIABLE_VALUE"


def measure(*, quick: bool) -> Iterator[Row]:
    """Rows for each target; a million rows of 128, a tenth of it with ``quick``."""
    n_points = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="projector-bench-") as folder:
        root = Path(folder)
        _write_files(root, n_points)
        yield from _opening(root)
        yield from _streaming(root, n_points)
        yield _memory(root)
        yield from _beside_tensorboard(root, n_points)
    yield _metadata(n_points)


def _opening(root: Path) -> Iterator[Row]:
    """The first row of a tensor, as the first request for it once the service is up and the runs are listed."""
    for name in (_CHECKPOINT, "npy", "safetensors", "raw"):
        with running_loader(root) as loader:
            embedding_id = loader.embedding_ids()[name]
            milliseconds = 1000 * seconds(partial(loader.read, embedding_id, n_rows=1))
        yield Row(
            name=f"first row of a {name} tensor",
            value=milliseconds,
            unit="ms",
            peer=None,
            peer_value=None,
            target=f"at most {_OPEN_TARGET_MS:g} ms",
            met=milliseconds <= _OPEN_TARGET_MS,
        )


def _streaming(root: Path, n_points: int) -> Iterator[Row]:
    n_bytes = 4 * n_points * _N_DIMS
    with running_loader(root) as loader, running_byte_stream() as stream:
        ids = loader.embedding_ids()
        for name in (_CHECKPOINT, "npy"):
            ours, peer = alternate(partial(loader.read, ids[name]), partial(stream, n_bytes), _REPEATS)
            yield Row(
                name=f"stream a {name} tensor of {n_bytes / 1e6:,.0f} MB",
                value=ours,
                unit="s",
                peer="plain gRPC stream of as many bytes from memory",
                peer_value=peer,
                target=f"at least {_STREAM_SHARE:g} of its rate",
                met=peer / ours >= _STREAM_SHARE,
            )


def _memory(root: Path) -> Row:
    n_rows = 3 * 10**9 // (4 * _N_DIMS)
    np.lib.format.open_memmap(root / "large" / "large.npy", "w+", np.float32, (n_rows, _N_DIMS))  # sparse
    with running_loader(root) as loader:
        embedding_id = loader.embedding_ids()["large"]
        idle = loader.anonymous_bytes()
        growth_mb = (_peak_while_reading(loader, embedding_id) - idle) / 1e6
    return Row(
        name="RssAnon over the idle service while it streams 3 GB",
        value=growth_mb,
        unit="MB",
        peer=None,
        peer_value=None,
        target=f"at most {_MEMORY_TARGET_MB:g} MB",
        met=growth_mb <= _MEMORY_TARGET_MB,
    )


def _peak_while_reading(loader: LoaderProcess, embedding_id: str) -> int:
    peak = 0
    for i, _ in enumerate(loader.stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id=embedding_id), timeout=600)):
        if i % 50 == 0:
            peak = max(peak, loader.anonymous_bytes())
    return peak


def _beside_tensorboard(root: Path, n_points: int) -> Iterator[Row]:
    """Each a fresh process: its first request, then the median of later ones, for which TensorBoard has it cached."""
    with running_loader(root) as loader:
        embedding_id = loader.embedding_ids()[_CHECKPOINT]
        ours = [seconds(partial(loader.read, embedding_id)) for _ in range(_REPEATS)]
    with running_tensorboard(root) as ask:
        peer = [seconds(partial(ask, _CHECKPOINT, _TENSOR_NAME)) for _ in range(_REPEATS)]
    size = f"{n_points:,} x {_N_DIMS} of a checkpoint"
    for name, value, peer_value, least in (
        ("first request of a fresh service", ours[0], peer[0], _FIRST_RATIO),
        ("later requests", statistics.median(ours[1:]), statistics.median(peer[1:]), 1.0),
    ):
        yield Row(
            name=f"{size}, {name}",
            value=value,
            unit="s",
            peer="TensorBoard /tensor",
            peer_value=peer_value,
            target=f"at least {least:g}x",
            met=peer_value / value >= least,
        )


def _metadata(n_rows: int) -> Row:
    content = _table(n_rows)
    taken = seconds(partial(parse_metadata, content, n_rows, "metadata.tsv"))
    return Row(
        name=f"parse metadata of {n_rows:,} rows x 5 columns",
        value=taken,
        unit="s",
        peer=None,
        peer_value=None,
        target=f"at most {_METADATA_TARGET_SECONDS:g} s",
        met=taken <= _METADATA_TARGET_SECONDS,
    )


def _table(n_rows: int) -> bytes:
    """A name, a class, a whole number, a number and a time in each row."""
    shares = np.random.default_rng(0).normal(size=n_rows).tolist()
    rows = (
        f"name {i}\tclass {i % 20}\t{i % 977}\t{share:.5f}\t2026-01-{i % 28 + 1:02d}T12:00:{i % 60:02d}"
        for i, share in enumerate(shares)
    )
    return "\n".join(["name\tclass\tcount\tshare\ttime", *rows]).encode()


def _write_files(root: Path, n_points: int) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # spares a notice on standard error
    import tensorflow

    values = np.random.default_rng(0).standard_normal((n_points, _N_DIMS), np.float32)
    for name in (_CHECKPOINT, "npy", "safetensors", "raw", "large"):
        (root / name).mkdir()
    tensorflow.train.Checkpoint(embedding=tensorflow.Variable(values)).save(str(root / _CHECKPOINT / "model.ckpt"))
    _write_event(root / _CHECKPOINT, tensorflow)
    np.save(root / "npy" / "points.npy", values)
    _write_safetensors(root / "safetensors" / "points.safetensors", values)
    values.tofile(root / "raw" / "points.bytes")
    (root / "raw" / "projector_config.pbtxt").write_text(
        f'embeddings {{ tensor_name: "points" tensor_path: "points.bytes" tensor_shape: [{n_points}, {_N_DIMS}] }}'
    )


def _write_event(folder: Path, tensorflow: Any) -> None:
    """TensorBoard looks for runs by their event files alone."""
    writer = tensorflow.summary.create_file_writer(str(folder))
    with writer.as_default():
        tensorflow.summary.scalar("loss", 0.0, step=0)
    writer.close()


def _write_safetensors(file: Path, values: NDArray[np.float32]) -> None:
    """Format: an 8-byte length, a JSON header, the bytes (huggingface/safetensors, README)."""
    entry = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [0, values.nbytes]}
    header = json.dumps({"points": entry}).encode()
    with file.open("wb") as stream:
        stream.write(len(header).to_bytes(8, "little") + header)
        values.tofile(stream)
