"""Whatever is wrong with one file is said with its name and its cause, and everything else keeps working."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import numpy as np
import pytest
from integration.loader.running_loader import Loader
from numpy.typing import NDArray

from projector_contracts.common.v1 import problem_pb2
from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration

NEWEST = "model.ckpt-20"
SHARD = f"{NEWEST}.data-00000-of-00001"
CONFIG = "projector_config.pbtxt"


@pytest.fixture(autouse=True)
def everything_else_keeps_working(loader: Loader, vectors: NDArray[np.float32]) -> Iterator[None]:
    """Whatever a test breaks in ``words``, ``raw`` is still listed and read, and no text shows a server path."""
    yield
    runs = loader.runs()
    np.testing.assert_array_equal(loader.read(runs["raw"].embeddings[0].id), vectors[:50, :4])
    assert list(runs["raw"].problems) == []
    assert str(loader.root) not in str(runs)


def test_truncated_checkpoint(loader: Loader, vectors: NDArray[np.float32]) -> None:
    os.truncate(loader.root / "words" / SHARD, 1_000_000)

    words = loader.runs()["words"]

    (problem,) = words.problems
    assert problem.severity == problem_pb2.Problem.ERROR
    assert problem.message.startswith(f"words/{SHARD} was cut short: it has 1,000,000 bytes, but words/{NEWEST}.index")
    assert [summary.step for summary in words.embeddings] == [10, 0]
    np.testing.assert_array_equal(loader.read(words.embeddings[0].id), vectors + 10)
    assert any("was cut short" in tensor.reason for tensor in words.rejected)


def test_tensor_that_is_cut_while_it_is_read(loader: Loader) -> None:
    file = loader.root / "large" / "points.bytes"
    file.parent.mkdir()
    file.touch()
    os.truncate(file, 4 * 2**24)  # far more than gRPC sends ahead
    (file.parent / CONFIG).write_text(f'embeddings {{ tensor_path: "points.bytes" tensor_shape: [{2**20}, 16] }}')
    embedding_id = loader.runs()["large"].embeddings[0].id
    stream = loader.stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id=embedding_id), timeout=10)
    next(stream)
    os.truncate(file, 100)

    with pytest.raises(grpc.RpcError) as caught:
        list(stream)

    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    details = caught.value.details() or ""
    assert "cut short" in details or "have changed while they were read" in details


def test_cut_index(loader: Loader) -> None:
    os.truncate(loader.root / "words" / f"{NEWEST}.index", 100)
    words = loader.runs()["words"]
    assert words.problems[0].message.startswith(f"words/{NEWEST}.index is damaged: it does not end as an index file")
    assert [summary.step for summary in words.embeddings] == [10, 0]


def test_missing_shard(loader: Loader) -> None:
    (loader.root / "words" / SHARD).rename(loader.root / "words" / "moved")
    (loader.root / "words" / "checkpoint").write_text(f'model_checkpoint_path: "{NEWEST}"\n')
    words = loader.runs()["words"]
    assert words.problems[0].message.startswith(f"words/{SHARD} does not exist.")
    assert [summary.step for summary in words.embeddings] == [10, 0]


@pytest.mark.parametrize("name", ["labels.tsv", "sprite.png", "views.txt"])
def test_config_that_names_a_missing_file(loader: Loader, name: str) -> None:
    (loader.root / "words" / name).unlink()
    words = loader.runs()["words"]
    described = loader.describe(words.embeddings[0].id)
    for problems in (words.problems, described.problems):
        (problem,) = problems
        assert problem.severity == problem_pb2.Problem.ERROR
        assert problem.subject == f"words/{CONFIG}"
        assert problem.message.endswith(f'"{name}": words/{name} does not exist.')
    assert len(loader.read(words.embeddings[0].id)) == 3000


def test_metadata_with_too_few_rows(loader: Loader) -> None:
    (loader.root / "words" / "labels.tsv").write_text("word\tn\n" + "a\t1\n" * 2990)
    described = loader.describe(loader.runs()["words"].embeddings[0].id)
    (problem,) = described.problems
    assert problem.severity == problem_pb2.Problem.WARNING
    assert problem.message == (
        "words/labels.tsv has 2,990 rows, but the embedding has 3,000 points: the last 10 points have no metadata."
    )
    assert [column.n_missing for column in described.columns] == [10, 10]


def test_metadata_with_too_many_rows(loader: Loader) -> None:
    (loader.root / "words" / "labels.tsv").write_text("word\tn\n" + "a\t1\n" * 3010)
    (problem,) = loader.describe(loader.runs()["words"].embeddings[0].id).problems
    assert problem.message == (
        "words/labels.tsv has 3,010 rows, but the embedding has 3,000 points: the last 10 rows are left out."
    )


@pytest.mark.parametrize("way_out", ["dots", "absolute", "link"])
def test_path_that_leaves_the_data_root(loader: Loader, tmp_path: Path, way_out: str) -> None:
    secret = tmp_path / "secret.tsv"
    secret.write_text("secret\tn\n" + "s\t1\n" * 3000)
    config = loader.root / "words" / CONFIG
    text = {"dots": "../../secret.tsv", "absolute": str(secret), "link": "link.tsv"}[way_out]
    (loader.root / "words" / "link.tsv").symlink_to(secret)
    config.write_text(f'embeddings {{ tensor_name: "words" metadata_path: "{text}" }}')

    words = loader.runs()["words"]
    described = loader.describe(words.embeddings[0].id)

    (problem,) = words.problems
    assert problem.message.startswith(f'words/{CONFIG} names the metadata file "{text}": ')
    assert f'"{text}" leads out of the data root' in problem.message
    assert list(described.columns) == []
    assert list(described.problems) == [problem]


def test_pipes_keep_nobody_waiting_whatever_they_stand_for(loader: Loader) -> None:
    (loader.root / "piped").mkdir()
    for name in (
        CONFIG,
        "checkpoint",
        "model.ckpt-1.index",
        "x.npy",
        "tensors.tsv",
        "metadata.tsv",
        "x.h5",
        "x.parquet",
    ):
        os.mkfifo(loader.root / "piped" / name)
    for name in ("labels.tsv", "sprite.png", "views.txt"):
        (loader.root / "words" / name).unlink()
        os.mkfifo(loader.root / "words" / name)

    started = time.monotonic()
    runs = loader.runs()
    described = loader.describe(runs["words"].embeddings[0].id)

    assert time.monotonic() - started < 2
    assert [problem.message for problem in runs["piped"].problems] == [
        f"piped/{CONFIG} cannot be used: piped/{CONFIG} is not a regular file; devices and pipes are not read."
    ]
    assert len(described.problems) == 3
    assert all("is not a regular file" in problem.message for problem in described.problems)


def test_device_behind_a_link_is_out_of_the_data_root(loader: Loader) -> None:
    (loader.root / "words" / "labels.tsv").unlink()
    (loader.root / "words" / "labels.tsv").symlink_to("/dev/zero")
    config = loader.root / "raw" / CONFIG
    (loader.root / "raw" / "zeros").symlink_to("/dev/zero")
    (loader.root / "devices").mkdir()
    (loader.root / "devices" / CONFIG).write_text(config.read_text().replace("tensors.bytes", "../raw/zeros"))

    runs = loader.runs()

    for name in ("words", "devices"):
        (problem,) = runs[name].problems
        assert "leads out of the data root" in problem.message


def test_checkpoint_path_that_leaves_the_data_root(loader: Loader, tmp_path: Path) -> None:
    (loader.root / "words").rename(tmp_path / "outside")
    (loader.root / "words").mkdir()
    (loader.root / "words" / CONFIG).write_text(f'model_checkpoint_path: "../../outside/{NEWEST}"')
    words = loader.runs()["words"]
    assert list(words.embeddings) == []
    assert "leads out of the data root" in words.problems[0].message


def test_sprite_that_holds_too_few_thumbnails(loader: Loader) -> None:
    config = loader.root / "words" / CONFIG
    config.write_text(config.read_text().replace("[16, 16]", "[40, 40]"))
    described = loader.describe(loader.runs()["words"].embeddings[0].id)
    assert not described.HasField("sprite")
    assert "holds 22 x 22 thumbnails of 40 x 40 px, fewer than the 3,000 points" in described.problems[0].message
    assert len(described.columns) == 3


def test_damaged_config(loader: Loader) -> None:
    (loader.root / "words" / CONFIG).write_text("embeddings {\n  tensor_name: words\n}")
    words = loader.runs()["words"]
    assert words.problems[0].message.startswith(f"words/{CONFIG} cannot be used: line 2: ")
    assert [summary.step for summary in words.embeddings] == [20, 10, 0]


def test_raw_file_that_is_too_short(loader: Loader, vectors: NDArray[np.float32]) -> None:
    short = loader.root / "short"
    short.mkdir()
    (short / "t.bytes").write_bytes(b"\0" * 10)
    (short / CONFIG).write_text('embeddings { tensor_shape: [5, 4] tensor_path: "t.bytes" }')
    run = loader.runs()["short"]
    assert list(run.embeddings) == []
    assert "short/t.bytes has 10 bytes, but tensor_shape 5 x 4 of float32 needs 80" in run.problems[0].message
