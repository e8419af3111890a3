"""Uploads over real gRPC: large files, peers that leave, limits, and what watchers are told."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import structlog
from integration.loader.running_loader import Loader, serve
from numpy.typing import NDArray

from fixtures.deadline import wait_until
from projector_contracts.loader.v1 import loader_pb2

pytestmark = pytest.mark.integration

UPLOAD_ID = "upload-0123456789"
PART_BYTES = 2**20
MAX_FILE_BYTES = 64 * 2**20


@pytest.fixture
def settings(settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    return {
        **settings,
        "uploads_root": tmp_path / "uploads",
        "max_upload_bytes": MAX_FILE_BYTES,
        "loader_uploads": 1,
        "watch_seconds": 0.05,
    }


@pytest.fixture
def uploads_root(settings: dict[str, Any]) -> Path:
    folder: Path = settings["uploads_root"]
    return folder


def chunks(
    content: bytes, file_name: str = "words.npy", upload_id: str = UPLOAD_ID
) -> Iterator[loader_pb2.UploadChunk]:
    header = loader_pb2.UploadHeader(upload_id=upload_id, role=loader_pb2.TENSOR, file_name=file_name)
    yield loader_pb2.UploadChunk(header=header)
    for start in range(0, len(content), PART_BYTES):
        yield loader_pb2.UploadChunk(content=content[start : start + PART_BYTES])
    yield loader_pb2.UploadChunk(end=len(content))


def npy(values: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def finish(loader: Loader, name: str = "Words") -> loader_pb2.Run:
    return loader.stub.FinishUpload(loader_pb2.FinishUploadRequest(upload_id=UPLOAD_ID, name=name), timeout=30)


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_an_upload_is_read_as_it_was_sent_and_can_be_deleted(loader: Loader, uploads_root: Path) -> None:
    values = np.random.default_rng(5).standard_normal((4000, 300)).astype(np.float32)
    content = npy(values)

    stored = loader.stub.WriteUpload(chunks(content), timeout=30)
    run = finish(loader)

    assert stored.n_bytes == len(content)
    assert (run.name, run.is_upload) == ("Uploads/Words", True)
    assert loader.runs()["Uploads/Words"] == run
    assert not loader.runs()["raw"].is_upload
    np.testing.assert_array_equal(loader.read(run.embeddings[0].id), values)

    loader.stub.DeleteUpload(loader_pb2.DeleteUploadRequest(id=run.id), timeout=10)
    assert set(loader.runs()) == {"raw", "words"}
    assert files_below(uploads_root) == []


def test_watchers_are_told_of_uploads(loader: Loader, vectors: NDArray[np.float32]) -> None:
    call = loader.stub.WatchRuns(loader_pb2.WatchRunsRequest(), timeout=30)
    listings = iter(call)
    assert [run.name for run in next(listings).runs] == ["raw", "words"]
    loader.stub.WriteUpload(chunks(npy(vectors)), timeout=30)
    run = finish(loader)
    assert [run.name for run in next(listings).runs] == ["raw", "words", "Uploads/Words"]
    loader.stub.DeleteUpload(loader_pb2.DeleteUploadRequest(id=run.id), timeout=10)
    assert [run.name for run in next(listings).runs] == ["raw", "words"]
    call.cancel()


@pytest.mark.parametrize("how", ["cancelled", "deadline"])
def test_a_peer_that_leaves_half_way_leaves_nothing_and_frees_its_place(
    loader: Loader, uploads_root: Path, vectors: NDArray[np.float32], how: str
) -> None:
    half_way = threading.Event()

    def half() -> Iterator[loader_pb2.UploadChunk]:
        yield from list(chunks(bytes(4 * PART_BYTES)))[:3]
        half_way.set()
        threading.Event().wait(2 if how == "deadline" else 10)  # the peer says nothing more

    with structlog.testing.capture_logs() as log:
        call = loader.stub.WriteUpload.future(half(), timeout=0.5 if how == "deadline" else 30)
        assert half_way.wait(10)
        wait_until(lambda: len(files_below(uploads_root)) == 1, seconds=10, what="a file that begins to arrive")
        if how == "cancelled":
            call.cancel()

        wait_until(lambda: files_below(uploads_root) == [], seconds=10, what="nothing to be left")
        wait_until(lambda: _is_stored(loader, npy(vectors)), seconds=10, what="the place to be free again")
        assert finish(loader).name == "Uploads/Words"
    assert "failed" not in {line["event"] for line in log}


def _is_stored(loader: Loader, content: bytes) -> bool:
    call = loader.stub.WriteUpload.future(chunks(content), timeout=30)
    status = call.code()
    assert status in (grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.FAILED_PRECONDITION)
    return status is grpc.StatusCode.OK


def test_more_uploads_at_once_than_allowed_are_refused_and_reading_goes_on(loader: Loader, uploads_root: Path) -> None:
    go_on = threading.Event()

    def slow() -> Iterator[loader_pb2.UploadChunk]:
        first, *rest = chunks(npy(np.ones((3, 2), np.float32)))
        yield first
        assert go_on.wait(20)
        yield from rest

    call = loader.stub.WriteUpload.future(slow(), timeout=30)
    wait_until(lambda: len(files_below(uploads_root)) == 1, seconds=10, what="a file that begins to arrive")
    with pytest.raises(grpc.RpcError) as caught:
        loader.stub.WriteUpload(chunks(b"1\t2\n", "other.tsv", "other-0123456789"), timeout=10)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert loader.read(loader.runs()["raw"].embeddings[0].id).shape == (50, 4)
    go_on.set()
    assert call.result(10).n_bytes > 0


@pytest.mark.parametrize(
    ("content", "file_name", "status", "text"),
    [
        (bytes(MAX_FILE_BYTES + 1), "a.npy", grpc.StatusCode.OUT_OF_RANGE, "67,108,864 bytes at most"),
        (b"x", "a.pt", grpc.StatusCode.INVALID_ARGUMENT, "is a pickle"),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(
    loader: Loader, uploads_root: Path, content: bytes, file_name: str, status: grpc.StatusCode, text: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        loader.stub.WriteUpload(chunks(content, file_name), timeout=30)
    assert caught.value.code() is status
    assert text in (caught.value.details() or "")
    assert files_below(uploads_root) == []


HEADER, *PARTS, END = chunks(bytes(3 * PART_BYTES))


@pytest.mark.parametrize(
    "sent",
    [[HEADER], [HEADER, *PARTS[:1]], [HEADER, *PARTS], [HEADER, *PARTS[:1], END]],
    ids=["no part", "some parts", "no end", "parts left out"],
)
def test_a_stream_that_ends_before_its_end_leaves_nothing(
    loader: Loader, uploads_root: Path, sent: list[loader_pb2.UploadChunk]
) -> None:
    """So a stream looks to its receiver whose sender has died at the right moment."""
    with pytest.raises(grpc.RpcError) as caught:
        loader.stub.WriteUpload(iter(sent), timeout=10)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert files_below(uploads_root) == []


@pytest.mark.parametrize("first", [[], [loader_pb2.UploadChunk(content=b"x")], [loader_pb2.UploadChunk()]])
def test_a_stream_without_a_header_is_refused(loader: Loader, first: list[loader_pb2.UploadChunk]) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        loader.stub.WriteUpload(iter(first), timeout=10)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_the_rules_are_told(loader: Loader) -> None:
    before = loader.stub.GetUploadRules(loader_pb2.GetUploadRulesRequest(), timeout=10)
    loader.stub.WriteUpload(chunks(bytes(1000)), timeout=10)
    after = loader.stub.GetUploadRules(loader_pb2.GetUploadRulesRequest(), timeout=10)
    assert (before.is_on, before.max_file_bytes) == (True, MAX_FILE_BYTES)
    assert 1000 <= before.free_bytes - after.free_bytes < 1100


@pytest.fixture
def loader_without_uploads(settings: dict[str, Any]) -> Iterator[Loader]:
    del settings["uploads_root"]
    yield from serve(settings)


def test_a_loader_without_a_folder_for_uploads_says_that_they_are_off(loader_without_uploads: Loader) -> None:
    stub = loader_without_uploads.stub
    assert not stub.GetUploadRules(loader_pb2.GetUploadRulesRequest(), timeout=10).is_on
    for call in (
        lambda: stub.WriteUpload(chunks(b"1\t2\n"), timeout=10),
        lambda: finish(loader_without_uploads),
        lambda: stub.DeleteUpload(loader_pb2.DeleteUploadRequest(id="x"), timeout=10),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        assert "takes no uploads" in (caught.value.details() or "")
