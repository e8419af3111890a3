"""Statuses, limits, cancellation: how the loader behaves towards its peers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import structlog
from integration.loader.running_loader import Loader, serve

from projector_contracts.loader.v1 import loader_pb2
from projector_loader.catalog import Catalog
from projector_loader.readers import contiguous
from projector_loader.tensors import ReadRows

pytestmark = pytest.mark.integration

WAIT_SECONDS = 10.0


def test_unknown_id_is_not_found_by_every_method(loader: Loader) -> None:
    stub = loader.stub
    calls = (
        lambda: stub.GetEmbedding(loader_pb2.GetEmbeddingRequest(embedding_id="x"), timeout=5),
        lambda: list(stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id="x"), timeout=5)),
        lambda: list(stub.ReadColumns(loader_pb2.ReadColumnsRequest(embedding_id="x"), timeout=5)),
        lambda: list(stub.ReadSprite(loader_pb2.ReadSpriteRequest(embedding_id="x"), timeout=5)),
        lambda: list(stub.ReadBookmarks(loader_pb2.ReadBookmarksRequest(embedding_id="x"), timeout=5)),
    )
    for call in calls:
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        assert 'There is no embedding "x"' in (caught.value.details() or "")


def test_another_digest_than_expected_is_a_failed_precondition(loader: Loader) -> None:
    embedding_id = loader.runs()["raw"].embeddings[0].id
    request = loader_pb2.ReadTensorRequest(embedding_id=embedding_id, expected_digest="0" * 64)
    with pytest.raises(grpc.RpcError) as caught:
        list(loader.stub.ReadTensor(request, timeout=5))
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "have changed since it was opened" in (caught.value.details() or "")


def test_unexpected_error_is_internal_and_its_cause_stays_in_the_log(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Catalog) -> None:
        raise ZeroDivisionError("secret detail of /srv/path")

    monkeypatch.setattr(Catalog, "list_runs", fail)
    with structlog.testing.capture_logs() as log, pytest.raises(grpc.RpcError) as caught:
        loader.stub.ListRuns(loader_pb2.ListRunsRequest(), timeout=5, metadata=(("request_id", "r-17"),))

    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert caught.value.details() == "The loader failed; its log has the cause under request r-17."
    (line,) = (line for line in log if line["event"] == "failed")
    assert (line["rpc"], line["request_id"], line["exc_info"]) == ("ListRuns", "r-17", True)


def test_stream_that_is_left_early_stops_reading_and_frees_its_place(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()
    open_rows = contiguous.ContiguousTensor.open_rows

    @contextlib.contextmanager
    def watched(self: contiguous.ContiguousTensor) -> Iterator[ReadRows]:
        try:
            with open_rows(self) as read:
                yield read
        finally:
            closed.set()

    monkeypatch.setattr(contiguous.ContiguousTensor, "open_rows", watched)
    request = loader_pb2.ReadTensorRequest(embedding_id=loader.runs()["words"].embeddings[0].id)
    stream = loader.stub.ReadTensor(request, timeout=60)
    next(stream)
    next(stream)

    stream.cancel()

    assert closed.wait(WAIT_SECONDS)


@pytest.fixture
def loader_of_one_stream(settings: dict[str, Any]) -> Iterator[Loader]:
    settings["loader_streams"] = 1
    yield from serve(settings)


def test_one_stream_more_than_allowed_is_refused_and_short_requests_are_not(
    loader_of_one_stream: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader, go_on = loader_of_one_stream, threading.Event()
    open_rows = contiguous.ContiguousTensor.open_rows

    @contextlib.contextmanager
    def held(self: contiguous.ContiguousTensor) -> Iterator[ReadRows]:
        assert go_on.wait(WAIT_SECONDS)
        with open_rows(self) as read:
            yield read

    monkeypatch.setattr(contiguous.ContiguousTensor, "open_rows", held)
    request = loader_pb2.ReadTensorRequest(embedding_id=loader.runs()["words"].embeddings[0].id)
    first = loader.stub.ReadTensor(request, timeout=60)
    next(first)

    with pytest.raises(grpc.RpcError) as caught:
        list(loader.stub.ReadTensor(request, timeout=5))

    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert len(loader.runs()) == 2
    go_on.set()
    assert len(list(first)) == 3


def test_place_of_a_stream_that_was_left_is_free_again(loader_of_one_stream: Loader) -> None:
    loader = loader_of_one_stream
    request = loader_pb2.ReadTensorRequest(embedding_id=loader.runs()["words"].embeddings[0].id)
    first = loader.stub.ReadTensor(request, timeout=60)
    next(first)
    first.cancel()

    deadline = time.monotonic() + WAIT_SECONDS
    while (status := _status_of(loader.stub.ReadTensor(request, timeout=5))) is not grpc.StatusCode.OK:
        assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _status_of(stream: Any) -> grpc.StatusCode:
    """Read a stream to its end, whatever that is."""
    with contextlib.suppress(grpc.RpcError):
        for _ in stream:
            pass
    status: grpc.StatusCode = stream.code()
    return status
