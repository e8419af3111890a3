"""Statuses, limits, cancellation: how the loader behaves towards its peers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import structlog
from integration.loader.running_loader import Loader, serve

from fixtures.relay import relay_to
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc
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


@dataclass
class Reading:
    """What the loader does with a tensor's file."""

    n_blocks: int = 0
    is_closed: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    reading, open_rows = Reading(), contiguous.ContiguousTensor.open_rows

    @contextlib.contextmanager
    def watched(self: contiguous.ContiguousTensor) -> Iterator[ReadRows]:
        def counted(first: int, n_rows: int) -> bytes:
            reading.n_blocks += 1
            return read(first, n_rows)

        try:
            with open_rows(self) as read:
                yield counted
        finally:
            reading.is_closed.set()

    monkeypatch.setattr(contiguous.ContiguousTensor, "open_rows", watched)
    return reading


def gibibyte(loader: Loader) -> str:
    """An embedding of 2^20 x 256 zeros in a file of 1 GiB that takes no space."""
    folder = loader.root / "large"
    folder.mkdir()
    with (folder / "points.bytes").open("wb") as file:
        file.truncate(2**30)
    (folder / "projector_config.pbtxt").write_text(
        f'embeddings {{ tensor_path: "points.bytes" tensor_shape: [{2**20}, 256] }}'
    )
    return loader.runs()["large"].embeddings[0].id


def read_all(loader: Loader, embedding_id: str, *, timeout: float | None) -> Any:
    return loader.stub.ReadTensor(loader_pb2.ReadTensorRequest(embedding_id=embedding_id), timeout=timeout)


def test_reading_ends_within_a_second_when_the_peer_cancels(loader: Loader, reading: Reading) -> None:
    stream = read_all(loader, gibibyte(loader), timeout=60)
    for _ in range(3):
        next(stream)

    stream.cancel()

    assert reading.is_closed.wait(1)
    assert reading.n_blocks < 100


def test_reading_ends_with_the_deadline_of_a_peer_that_takes_nothing(loader: Loader, reading: Reading) -> None:
    embedding_id = gibibyte(loader)
    started = time.monotonic()
    stream = read_all(loader, embedding_id, timeout=0.5)
    assert reading.is_closed.wait(WAIT_SECONDS)
    assert 0.5 <= time.monotonic() - started < 2
    assert reading.n_blocks < 100  # what the connection takes ahead
    assert _status_of(stream) is grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_tensor_is_never_compressed_even_for_a_peer_that_compresses(loader: Loader) -> None:
    request = loader_pb2.ReadTensorRequest(embedding_id=gibibyte(loader), range=loader_pb2.RowRange(n_rows=4096))
    with (
        relay_to(loader.server.port) as relay,
        grpc.insecure_channel(f"127.0.0.1:{relay.port}", compression=grpc.Compression.Gzip) as channel,
    ):
        chunks = list(loader_pb2_grpc.LoaderServiceStub(channel).ReadTensor(request, timeout=10))
    n_bytes = sum(len(chunk.rows) for chunk in chunks)
    assert n_bytes == 4 * 2**20
    assert relay.n_bytes > n_bytes  # zeros, which would be a few kilobytes


@pytest.fixture
def impatient_loader(settings: dict[str, Any]) -> Iterator[Loader]:
    settings["stream_seconds"] = 0.3
    yield from serve(settings)


@pytest.mark.parametrize("timeout", [None, 600])
def test_peer_that_takes_nothing_is_let_go_whatever_its_deadline(
    impatient_loader: Loader, reading: Reading, timeout: float | None
) -> None:
    stream = read_all(impatient_loader, gibibyte(impatient_loader), timeout=timeout)
    assert reading.is_closed.wait(WAIT_SECONDS)
    assert _status_of(stream) is grpc.StatusCode.CANCELLED


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
