"""REST of runs, embeddings, columns and sprites, over a real loader channel."""

from __future__ import annotations

import struct

import httpx
import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from integration.gateway.loader_service import (
    DIGEST,
    EMBEDDING_ID,
    N_POINTS,
    SPRITE_PAGES,
    LoaderService,
    column_bytes,
)

from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
EMBEDDING = f"/api/v1/embeddings/{EMBEDDING_ID}"


async def test_runs_are_listed_with_their_embeddings_and_problems(http: httpx.AsyncClient) -> None:
    (run,) = (await http.get("/api/v1/runs")).json()
    assert run["name"] == "digits"
    assert run["embeddings"][0]["id"] == EMBEDDING_ID
    assert run["embeddings"][0]["step"] == 5
    assert run["checkpoints"] == [{"name": "digits/model.ckpt-5", "step": 5}]
    assert run["rejected"][0]["reason"] == "It is 1-D."
    assert run["problems"][0]["severity"] == "warning"


async def test_diagnosis_tells_what_was_searched_and_what_is_wrong(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/v1/diagnosis")).json() == {
        "n_folders": 3,
        "findings": [{"folder": "events", "is_run": False, "message": "It holds event files."}],
        "passed_over": [".git"],
        "problems": [{"severity": "warning", "subject": "broken.ckpt", "message": "The file is cut off."}],
    }


async def test_an_embedding_is_described(http: httpx.AsyncClient) -> None:
    embedding = (await http.get(EMBEDDING)).json()
    assert embedding["digest"] == DIGEST
    assert embedding["n_points"] == N_POINTS
    assert embedding["has_bookmarks"] is True
    assert embedding["sprite"]["levels"] == [
        {
            "thumbnail_width_px": 7.5,
            "thumbnail_height_px": 8,
            "cell_width_px": 8,
            "cell_height_px": 8,
            "n_columns": 4,
            "n_rows": 2,
            "n_pages": 2,
        }
    ]
    assert [column["type"] for column in embedding["columns"]] == ["category", "number", "text"]


async def test_an_unknown_embedding_is_not_found_with_the_loaders_words(http: httpx.AsyncClient) -> None:
    response = await http.get("/api/v1/embeddings/nothing")
    assert response.status_code == 404
    assert response.json()["detail"] == "There is no embedding 'nothing'."


@pytest.mark.parametrize("name", ["label", "weight", "a name/with a slash"])
async def test_a_column_is_forwarded_unread(http: httpx.AsyncClient, name: str) -> None:
    response = await http.get(f"{EMBEDDING}/columns/{name}")
    assert response.content == column_bytes(name)
    assert response.headers["content-type"] == "application/x-protobuf"
    assert int(response.headers["content-length"]) == len(response.content)


async def test_a_page_of_thumbnails_is_streamed_as_its_image(http: httpx.AsyncClient) -> None:
    for page in (0, 1):
        response = await http.get(f"{EMBEDDING}/sprite/0/{page}")
        assert response.content == SPRITE_PAGES[page]
        assert response.headers["content-type"] == "image/png"
        assert int(response.headers["content-length"]) == len(response.content)


async def test_thumbnails_of_chosen_rows_are_asked_for_in_their_order(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{EMBEDDING}/sprite/0?rows=7,300,7")
    assert response.content == struct.pack("<3I", 7, 300, 7)
    assert response.headers["etag"] == f'"{DIGEST}"'


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("sprite/1/0", 404),
        ("sprite/-1/0", 422),
        ("sprite/0/x", 422),
        ("sprite/0", 422),
        ("sprite/0?rows=", 422),
        ("sprite/0?rows=1,-2", 422),
        ("sprite/0?rows=9999999999", 422),
        ("sprite/0?rows=" + ",".join(["1000000"] * 330), 422),
    ],
)
async def test_thumbnails_that_cannot_be_are_problems(http: httpx.AsyncClient, path: str, status: int) -> None:
    response = await http.get(f"{EMBEDDING}/{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["columns/label", "sprite/0/0", "sprite/0?rows=1"])
async def test_content_that_the_client_has_is_not_sent_again(http: httpx.AsyncClient, path: str) -> None:
    etag = (await http.get(f"{EMBEDDING}/{path}")).headers["etag"]
    again = await http.get(f"{EMBEDDING}/{path}", headers={"if-none-match": f'"other", W/{etag}'})
    assert (again.status_code, again.content) == (304, b"")
    changed = await http.get(f"{EMBEDDING}/{path}", headers={"if-none-match": '"other"'})
    assert changed.status_code == 200


async def test_an_unknown_column_is_not_found(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{EMBEDDING}/columns/nothing")
    assert response.status_code == 404
    assert "nothing" in response.json()["detail"]


async def test_the_request_id_reaches_the_loader(http: httpx.AsyncClient, loader_service: LoaderService) -> None:
    response = await http.get("/api/v1/runs")
    assert loader_service.request_ids == [response.headers["x-request-id"]]


async def test_a_loader_that_is_away_is_unavailable_in_time(settings: GatewaySettings) -> None:
    away = settings.model_copy(update={"loader_address": "127.0.0.1:1"})
    async with serving_gateway(away) as gateway, httpx.AsyncClient(base_url=gateway.url) as http:
        response = await http.get("/api/v1/runs")
        ready = await http.get("/health/ready")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert ready.status_code == 503
    assert "loader" in ready.json()["missing"]


async def test_a_gateway_whose_parts_answer_is_ready(gateway: RunningGateway, http: httpx.AsyncClient) -> None:
    assert (await http.get("/health/live")).status_code == 200
    assert (await http.get("/health/ready")).json() == {"status": "ready", "missing": []}


async def test_of_a_large_bookmarks_file_only_so_much_is_read(
    gateway: RunningGateway, loader_service: LoaderService
) -> None:
    loader_service.bookmarks = bytes(2_000_000)
    content = await gateway.services.loader.bookmarks(EMBEDDING_ID, max_bytes=2500)
    assert content == bytes(3000)
    assert loader_service.n_chunks < 1500
    loader_service.bookmarks = b"[1, 2]"
    assert await gateway.services.loader.bookmarks(EMBEDDING_ID, max_bytes=2500) == b"[1, 2]"


async def test_uploads_that_are_off_are_a_conflict_and_the_rules_say_so(http: httpx.AsyncClient) -> None:
    upload = "/api/v1/uploads/upload-0123456789"
    assert (await http.get("/api/v1/uploads")).json() == {"is_on": False, "max_file_bytes": 0, "free_bytes": 0}
    for response in (
        await http.put(f"{upload}/tensor?file_name=a.npy", content=bytes(10)),
        await http.post(upload, json={"name": "a"}),
        await http.delete(upload),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "conflict")
        assert response.json()["detail"] == "This projector takes no uploads."
