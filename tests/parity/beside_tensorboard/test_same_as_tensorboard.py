"""The loader beside TensorBoard's own plugin, on the same log directories, each asked through its own door.

What is different is listed in docs/tensorboard.md with its reason, and asserted here: nothing else may differ.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from integration.loader.running_loader import Loader, serve
from numpy.typing import NDArray
from parity.beside_tensorboard.log_directories import CELL_PX, EMPTY_LABEL_ROW, N_POINTS, write_log_directories
from parity.beside_tensorboard.peer import TensorBoard, running_tensorboard
from PIL import Image

from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration
LATEST = {"saver": 20}
"""TensorBoard shows the latest checkpoint alone; we show every step."""


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow

    root = tmp_path_factory.mktemp("tensorboard") / "logs"
    write_log_directories(root, tensorflow)
    return root


@pytest.fixture(scope="module")
def tensorboard(logdir: Path) -> Iterator[TensorBoard]:
    with running_tensorboard(logdir, logdir.parent / "tensorboard.log") as peer:
        yield peer


@pytest.fixture(scope="module")
def loader(logdir: Path) -> Iterator[Loader]:
    cache = logdir.parent / "cache"
    yield from serve({"data_root": logdir, "loader_address": "127.0.0.1:0", "cache_dir": cache})


def ours_by_name(loader: Loader, run: str) -> dict[str, loader_pb2.EmbeddingSummary]:
    """Our embeddings of a run as TensorBoard names them: one step of each."""
    summaries = loader.runs()[run].embeddings
    return {each.tensor_name: each for each in summaries if each.step == LATEST.get(run, each.step)}


def shared(tensorboard: TensorBoard, loader: Loader) -> Iterator[tuple[str, str, loader_pb2.EmbeddingSummary]]:
    """Run, TensorBoard's tensor name and our summary of everything that both show."""
    for run in tensorboard.runs():
        ours = ours_by_name(loader, run)
        for entry in tensorboard.embeddings(run):
            if (name := entry["tensorName"]) in ours:
                yield run, name, ours[name]


def text_of(loader: Loader, embedding_id: str, column: str) -> list[str]:
    """A column's cells as text, empty where missing; numbers as Python writes them."""
    request = loader_pb2.ReadColumnsRequest(embedding_id=embedding_id, names=[column])
    parts = list(loader.stub.ReadColumns(request, timeout=10))
    values = loader_pb2.Column.FromString(b"".join(part.column for part in parts))
    match values.WhichOneof("values"):
        case "numbers":
            is_whole = values.type == loader_pb2.INTEGER
            return [str(int(value) if is_whole else value) for value in np.frombuffer(values.numbers.float64).tolist()]
        case "text":
            offsets = np.frombuffer(values.text.offsets, "<u4").tolist()
            return [values.text.utf8[a:b].decode() for a, b in pairwise(offsets)]
        case _:
            codes = np.frombuffer(values.dictionary.codes, "<u4").tolist()
            return [dict(enumerate(values.dictionary.values)).get(code, "") for code in codes]


def test_all_its_runs_and_one_that_has_no_event_files(tensorboard: TensorBoard, loader: Loader) -> None:
    assert set(loader.runs()) ^ set(tensorboard.runs()) == {"no_events"}


def test_all_its_embeddings_but_the_slots_of_optimisers(tensorboard: TensorBoard, loader: Loader) -> None:
    missing, additional = set(), set()
    for run in tensorboard.runs():
        theirs = {entry["tensorName"]: entry["tensorShape"] for entry in tensorboard.embeddings(run)}
        ours = {name: [each.n_points, each.n_dims] for name, each in ours_by_name(loader, run).items()}
        missing |= {(run, name) for name in theirs.keys() - ours.keys()}
        additional |= {(run, name) for name in ours.keys() - theirs.keys()}
        assert all(theirs[name] == ours[name] for name in theirs.keys() & ours.keys())

    assert (missing, additional) == ({("saver", "words/Adam")}, set())
    rejected = {each.tensor_name: each.reason for each in loader.runs()["saver"].rejected}
    assert "optimiser" in rejected["words/Adam"]


def test_the_configured_embedding_comes_first_as_there(tensorboard: TensorBoard, loader: Loader) -> None:
    first = {run: loader.runs()[run].embeddings[0].tensor_name for run in tensorboard.runs()}
    assert first == {run: tensorboard.embeddings(run)[0]["tensorName"] for run in tensorboard.runs()}


def test_every_step_and_not_only_the_latest(loader: Loader) -> None:
    assert {each.step for each in loader.runs()["saver"].embeddings} == {10, 20}


def test_tensors_are_equal_to_the_bit(tensorboard: TensorBoard, loader: Loader) -> None:
    compared = 0
    for run, name, summary in shared(tensorboard, loader):
        theirs = tensorboard.tensor(run, name, summary.n_dims)
        np.testing.assert_array_equal(loader.read(summary.id).view(np.uint32), theirs.view(np.uint32), f"{run} {name}")
        compared += 1
    assert compared == 11


def test_metadata_has_the_same_cells(tensorboard: TensorBoard, loader: Loader) -> None:
    summary = ours_by_name(loader, "object_graph")["embedding/.ATTRIBUTES/VARIABLE_VALUE"]
    lines = tensorboard.ask("metadata", run="object_graph", name=summary.tensor_name).decode().splitlines()
    header, *rows = [line.split("\t") for line in lines]

    assert [column.name for column in loader.describe(summary.id).columns] == header
    for i, name in enumerate(header):
        assert text_of(loader, summary.id, name) == [row[i] for row in rows]


def test_windows_line_ends_and_empty_labels_are_read_right(tensorboard: TensorBoard, loader: Loader) -> None:
    """TensorBoard's page skips the blank line, which shifts all later labels by a row."""
    theirs = tensorboard.ask("metadata", run="labels", name="raw points").decode().splitlines()
    summary = ours_by_name(loader, "labels")["raw points"]

    ours = text_of(loader, summary.id, "label")

    assert len([line for line in theirs if line.strip()]) == N_POINTS - 1
    assert ours == theirs
    assert ours == ["" if i == EMPTY_LABEL_ROW else f"é{i}" for i in range(N_POINTS)]


def test_thumbnails_have_the_same_pixels_and_bookmarks_the_same_bytes(tensorboard: TensorBoard, loader: Loader) -> None:
    summary = ours_by_name(loader, "object_graph")["embedding/.ATTRIBUTES/VARIABLE_VALUE"]
    query = {"run": "object_graph", "name": summary.tensor_name}

    sprite = loader.stub.ReadSprite(loader_pb2.ReadSpriteRequest(embedding_id=summary.id), timeout=10)
    bookmarks = loader.stub.ReadBookmarks(loader_pb2.ReadBookmarksRequest(embedding_id=summary.id), timeout=10)

    theirs = thumbnails(tensorboard.ask("sprite_image", **query))
    np.testing.assert_array_equal(thumbnails(b"".join(part.image for part in sprite)), theirs)
    assert b"".join(part.content for part in bookmarks) == tensorboard.ask("bookmarks", **query)


def thumbnails(image: bytes) -> NDArray[np.uint8]:
    """The first ``N_POINTS`` cells of an image, row-major: ``(N_POINTS, CELL_PX, CELL_PX, 3)``."""
    pixels = np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    n_rows, n_columns = pixels.shape[0] // CELL_PX, pixels.shape[1] // CELL_PX
    cells = pixels.reshape(n_rows, CELL_PX, n_columns, CELL_PX, 3).swapaxes(1, 2)
    return cells.reshape(-1, CELL_PX, CELL_PX, 3)[:N_POINTS]
