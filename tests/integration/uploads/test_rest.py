"""Uploads over REST: a file streams through the gateway to the loader's disk, or leaves nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from integration.uploads.conftest import MAX_FILE_BYTES, UploadingLoader, npy
from websockets.asyncio.client import connect

from fixtures.waiting import until
from projector_contracts.api.v1 import page_pb2
from projector_gateway.settings import GatewaySettings
from projector_loader.upload_space import UploadSpace

pytestmark = pytest.mark.integration

UPLOAD = "/uploads/upload-0123456789"
MIB = 2**20


async def put(http: httpx.AsyncClient, role: str, file_name: str, content: bytes) -> httpx.Response:
    return await http.put(f"{UPLOAD}/{role}", params={"file_name": file_name}, content=content)


async def test_what_was_uploaded_is_listed_read_and_deleted(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader
) -> None:
    content = npy(np.arange(60, dtype=np.float32).reshape(20, 3))
    stored = await put(http, "tensor", "C:\\Daten\\Wörter.npy", content)
    assert (stored.status_code, stored.json()) == (200, {"n_bytes": len(content)})
    await put(http, "metadata", "labels.tsv", b"word\tn\n" + b"".join(b"w\t%d\n" % i for i in range(20)))

    created = await http.post(UPLOAD, json={"name": "Wörter"})

    assert created.status_code == 201
    run = created.json()
    assert (run["name"], run["is_upload"]) == ("Uploads/Wörter", True)
    assert (await http.get("/runs")).json() == [run]
    (summary,) = run["embeddings"]
    embedding = (await http.get(f"/embeddings/{summary['id']}")).json()
    assert embedding["display_name"] == "Wörter.npy"
    assert [column["name"] for column in embedding["columns"]] == ["word", "n"]

    assert (await http.delete(f"/uploads/{run['id']}")).status_code == 204
    assert (await http.get("/runs")).json() == []
    assert uploading_loader.files() == []
    assert (await http.delete(f"/uploads/{run['id']}")).status_code == 404


async def test_raw_numbers_and_thumbnails_are_described_in_the_end(http: httpx.AsyncClient) -> None:
    await put(http, "tensor", "numbers.bytes", np.zeros((4, 3), "<f4").tobytes())
    created = await http.post(UPLOAD, json={"name": "Numbers", "tensor_shape": [4, 3]})
    assert created.json()["embeddings"][0]["n_dims"] == 3


async def test_open_pages_are_told(gateway: RunningGateway, http: httpx.AsyncClient) -> None:
    async with connect(f"ws://127.0.0.1:{gateway.port}/api/v1/events") as page:
        await until(lambda: gateway.services.live.runs.n_listeners == 1, what="the page to listen")
        await put(http, "tensor", "words.npy", npy(np.ones((3, 2), np.float32)))
        await http.post(UPLOAD, json={"name": "Words"})
        async with asyncio.timeout(10):
            event = page_pb2.PageEvent.FromString(await page.recv(decode=False))
    assert event.HasField("runs_changed")


async def test_a_large_file_never_lies_in_memory_however_slow_the_disk_is(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_mib, take = 200, UploadSpace._take

    def take_slowly(space: UploadSpace, n_bytes: int) -> None:
        time.sleep(0.001)
        take(space, n_bytes)

    monkeypatch.setattr(UploadSpace, "_take", take_slowly)

    async def parts() -> AsyncIterator[bytes]:
        yield npy(np.zeros((n_mib * MIB // 4096, 1024), np.float32))[:128]
        for _ in range(n_mib):
            yield bytes(MIB)

    await put(http, "metadata", "warm.tsv", b"a\n")
    before, peak = _anonymous_bytes(), 0
    sending = asyncio.create_task(http.put(f"{UPLOAD}/tensor", params={"file_name": "big.npy"}, content=parts()))
    while not sending.done():
        peak = max(peak, _anonymous_bytes())
        await asyncio.sleep(0.01)
    assert sending.result().json() == {"n_bytes": n_mib * MIB + 128}
    # Windows of the connections lie between sender and disk; without them all of the file would, the disk being slower.
    assert peak - before < n_mib * MIB / 2


@pytest.mark.parametrize("announces", [True, False])
async def test_a_file_beyond_the_limit_is_too_large_and_leaves_nothing(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader, announces: bool
) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(MAX_FILE_BYTES // MIB + 1):
            sent += MIB
            yield bytes(MIB)

    headers = {"content-length": str(MAX_FILE_BYTES + MIB)} if announces else {}
    response = await http.put(f"{UPLOAD}/tensor", params={"file_name": "a.npy"}, content=parts(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert "268,435,456 bytes" in response.json()["detail"]
    assert uploading_loader.files() == []
    assert (await put(http, "tensor", "a.tsv", b"1\t2\n")).status_code == 200


async def test_a_sender_that_leaves_half_way_leaves_nothing(
    gateway: RunningGateway, uploading_loader: UploadingLoader
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(_head(f"/api/v1{UPLOAD}/tensor?file_name=a.npy", content_length=10 * MIB) + bytes(3 * MIB))
    await writer.drain()
    await until(lambda: len(uploading_loader.files()) == 1, what="the file to begin to arrive")
    writer.close()
    await until(lambda: uploading_loader.files() == [], what="nothing to be left")
    reader.feed_eof()


async def test_a_sender_that_falls_silent_is_given_up(
    settings: GatewaySettings, uploading_loader: UploadingLoader
) -> None:
    async with serving_gateway(settings.model_copy(update={"upload_silence_seconds": 0.3})) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(_head(f"/api/v1{UPLOAD}/tensor?file_name=a.npy", content_length=10 * MIB) + bytes(MIB))
        async with asyncio.timeout(20):
            answer = await reader.readuntil(b"\r\n")
        writer.close()
    assert b" 504 " in answer
    await until(lambda: uploading_loader.files() == [], what="nothing to be left")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"{UPLOAD}/tensor?file_name=model.pt", 400, "invalid_argument"),
        (f"{UPLOAD}/bookmarks?file_name=a.npy", 422, "invalid_argument"),
        (f"{UPLOAD}/tensor", 422, "invalid_argument"),
        ("/uploads/short/tensor?file_name=a.npy", 400, "invalid_argument"),
        ("/uploads/..%2F..%2F..%2Fetc%2Fcron.d/tensor?file_name=a.npy", 405, "invalid_argument"),
    ],
)
async def test_what_is_refused_is_a_problem_however_much_is_sent(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader, path: str, status: int, code: str
) -> None:
    for n_bytes in (10, 5 * MIB):
        response = await http.put(path, content=bytes(n_bytes))
        assert (response.status_code, response.json()["code"]) == (status, code)
    assert uploading_loader.files() == []


async def test_refusals_reach_whoever_sends_every_time(http: httpx.AsyncClient) -> None:
    """The loader may end the call before, while or after a part is written to it."""
    for _ in range(40):
        response = await put(http, "tensor", "model.pt", bytes(MIB))
        assert (response.status_code, response.json()["code"]) == (400, "invalid_argument")
        assert "is a pickle" in response.json()["detail"]


async def test_a_loader_that_dies_half_way_is_unavailable(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(MIB)
        await until(lambda: len(uploading_loader.files()) == 1, what="the file to begin to arrive")
        await asyncio.to_thread(uploading_loader.server.stop, 0)
        for _ in range(3):
            yield bytes(MIB)

    response = await http.put(f"{UPLOAD}/tensor", params={"file_name": "a.npy"}, content=parts())
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert uploading_loader.files() == []


async def test_files_that_cannot_be_shown_are_refused_with_the_reason(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader
) -> None:
    await put(http, "tensor", "words.npy", b"no array")
    response = await http.post(UPLOAD, json={"name": "Words"})
    assert response.status_code == 400
    assert "words.npy" in response.json()["detail"]
    assert uploading_loader.files() == []
    assert (await http.post(UPLOAD, json={"name": "Words"})).status_code == 404


async def test_an_upload_that_is_not_finished_can_be_given_up(
    http: httpx.AsyncClient, uploading_loader: UploadingLoader
) -> None:
    await put(http, "tensor", "words.npy", npy(np.ones((3, 2), np.float32)))
    assert (await http.delete(UPLOAD)).status_code == 204
    assert uploading_loader.files() == []


async def test_the_rules_are_told(http: httpx.AsyncClient) -> None:
    rules = (await http.get("/uploads")).json()
    assert (rules["is_on"], rules["max_file_bytes"]) == (True, MAX_FILE_BYTES)


def _head(path: str, *, content_length: int) -> bytes:
    return f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {content_length}\r\n\r\n".encode()


def _anonymous_bytes() -> int:
    """Memory of this process that is no mapped file."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024
