"""TensorBoard bookmark files through the database: what goes in comes out again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from integration.collections.saved_views import CollectionsClient, problem
from integration.collections.sources import EMBEDDING_ID, N_DIMS, N_POINTS, Embeddings
from sqlalchemy import func, inspect, select

from projector_chassis.errors import Deadline, NotFound, TooLarge
from projector_gateway.collections import files as files_module
from projector_gateway.collections.files import BookmarkFiles
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.orm import BookmarkRow
from projector_gateway.collections.repository import CollectionRepository
from projector_gateway.database import Database

pytestmark = pytest.mark.integration
Json = dict[str, Any]


def state(label: str = "A", **changes: Any) -> Json:
    """A state of TensorBoard with two projections, whose coordinates no float32 holds."""
    points = [
        {"pca-0": 0.1 + row, "pca-1": -0.1, "tsne-0": 0.3 * row, "tsne-1": 1e-17, "note": "ключ"}
        for row in range(N_POINTS)
    ]
    return {
        "label": label,
        "selectedProjection": "tsne",
        "tSNEis3d": False,
        "dataSetDimensions": [N_POINTS, N_DIMS],
        "projections": points,
        "selectedPoints": [1],
        "unknown": {"kept": [1, None]},
        **changes,
    }


def file_of(*states: object) -> bytes:
    return json.dumps(states).encode()


async def exported(collections: CollectionsClient, collection_id: str) -> list[Json]:
    response = await collections.http.get(f"/collections/{collection_id}/export")
    assert response.status_code == 200
    states: list[Json] = response.json()
    return states


async def test_a_file_comes_back_with_every_coordinate_and_field(collections: CollectionsClient) -> None:
    given = [state("A"), state("B", selectedProjection="pca", pcaComponentDimensions=[0, 1])]

    imported = await collections.load_file(file_of(*given))
    written = await exported(collections, imported["collection"]["id"])

    assert imported["problems"] == []
    assert [bookmark["name"] for bookmark in imported["collection"]["bookmarks"]] == ["A", "B"]
    for before, after in zip(given, written, strict=True):
        assert {name: after[name] for name in before} == before
    again = await collections.load_file(json.dumps(written).encode())
    assert await exported(collections, again["collection"]["id"]) == written


async def test_a_saved_view_comes_back_as_a_bookmark_of_the_same_picture(collections: CollectionsClient) -> None:
    created = await collections.create()
    saved = await collections.save(created["id"], "Ours", selection=[3])

    written = await exported(collections, created["id"])
    imported = await collections.load_file(json.dumps(written).encode())

    (listed,) = imported["collection"]["bookmarks"]
    again = await collections.bookmark(listed["id"])
    assert (again["view"], again["name"]) == (saved["view"], "Ours")
    assert again["layout_digest"] == saved["layout_digest"]
    assert again["job_id"] is None


async def test_the_export_is_a_download_named_after_the_collection(collections: CollectionsClient) -> None:
    created = await collections.create('a/b "ü" 日本')
    response = await collections.http.get(f"/collections/{created['id']}/export")
    assert response.json() == []
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-disposition"] == (
        "attachment; filename=\"a_b ___ __.json\"; filename*=UTF-8''a_b%20_%C3%BC_%20%E6%97%A5%E6%9C%AC.json"
    )


async def test_listing_does_not_read_what_only_exports_need(collections: CollectionsClient, database: Database) -> None:
    await collections.load_file(file_of(state()))
    async with database.reading() as session:
        (collection,) = await CollectionRepository(session).of_embedding(EMBEDDING_ID)
        unloaded = inspect(collection.bookmarks[0]).unloaded
        assert {"tensorboard_fields", "tensorboard_points"} <= unloaded
        stored = await session.scalar(select(func.length(BookmarkRow.tensorboard_points)))
    assert stored is not None
    assert stored > 100


async def test_states_that_do_not_fit_are_told_and_the_others_kept(collections: CollectionsClient) -> None:
    imported = await collections.load_file(file_of(state("good"), state("bad", dataSetDimensions=[9, 9])))

    assert [bookmark["name"] for bookmark in imported["collection"]["bookmarks"]] == ["good"]
    assert imported["problems"][0]["subject"] == "bad"
    assert "9 x 9" in imported["problems"][0]["message"]
    assert (await collections.read(imported["collection"]["id"]))["problems"] == imported["problems"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[{", "line 1, column 3"),
        (b"[]", "The file holds no bookmark for this embedding."),
        (file_of(5), "no bookmark for this embedding. State 1 is left out. It is no JSON object."),
    ],
)
async def test_a_file_without_a_bookmark_makes_no_collection(
    collections: CollectionsClient, content: bytes, words: str
) -> None:
    status, code, detail = problem(await collections.try_load_file(content))
    assert (status, code) == (400, "invalid_argument")
    assert words in detail
    assert await collections.listed() == []


async def test_a_file_beyond_the_limit_is_refused_before_it_is_read(collections: CollectionsClient) -> None:
    response = await collections.http.post(
        "/collections/import",
        params={"embedding_id": EMBEDDING_ID, "name": "x"},
        content=b"[]",
        headers={"content-length": str(Limits.file_bytes + 1)},
    )
    assert problem(response)[:2] == (413, "too_large")
    assert str(Limits.file_bytes) in problem(response)[2]


async def test_the_configs_file_is_imported_once_for_each_content(
    collections: CollectionsClient, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "_LOOK_AGAIN_SECONDS", 0)
    embeddings.give_file(file_of(state("A")))
    first = await collections.listed()
    assert [(each["source"], each["bookmarks"][0]["name"]) for each in first] == [("config", "A")]
    assert await collections.listed() == first

    await collections.http.delete(f"/collections/{first[0]['id']}")
    assert await collections.listed() == []

    embeddings.give_file(file_of(state("B")))
    assert [each["bookmarks"][0]["name"] for each in await collections.listed()] == ["B"]


async def test_people_who_open_the_page_together_import_the_configs_file_once(
    collections: CollectionsClient, embeddings: Embeddings
) -> None:
    embeddings.give_file(file_of(state("A")))
    listed = await asyncio.gather(*(collections.listed() for _ in range(8)))
    assert len(await collections.listed()) == 1
    assert [len(each) for each in listed] == [1] * 8
    assert embeddings.n_files_read <= 2


@pytest.mark.parametrize("content", [b"[{", b"[]" + b" " * 30_000])
async def test_a_config_file_that_cannot_be_read_is_an_empty_collection_that_says_why(
    collections: CollectionsClient, embeddings: Embeddings, content: bytes
) -> None:
    embeddings.give_file(content)
    (collection,) = await collections.listed()
    assert (collection["source"], collection["bookmarks"]) == ("config", [])
    assert collection["problems"][0]["severity"] == "error"


@pytest.fixture
def files(database: Database, embeddings: Embeddings, limits: Limits) -> BookmarkFiles:
    return BookmarkFiles(database, embeddings, replace(limits, collections_per_embedding=20))


async def test_only_a_few_uploads_lie_in_memory_at_once(files: BookmarkFiles) -> None:
    n_receiving, most = 0, 0

    async def receive() -> bytes:
        nonlocal n_receiving, most
        n_receiving += 1
        most = max(most, n_receiving)
        for _ in range(5):
            await asyncio.sleep(0)
        n_receiving -= 1
        return file_of(state())

    await asyncio.gather(*(files.load(EMBEDDING_ID, f"Name {number}", receive) for number in range(6)))
    assert most == 2


async def test_an_upload_that_does_not_arrive_frees_its_place(
    files: BookmarkFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "_UPLOAD_SECONDS", 0.05)

    async def never() -> bytes:
        await asyncio.Event().wait()
        return b""

    async def whole() -> bytes:
        return file_of(state())

    stalled = [files.load(EMBEDDING_ID, "Stalled", never) for _ in range(4)]
    *outcomes, loaded = await asyncio.gather(*stalled, files.load(EMBEDDING_ID, "A", whole), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Deadline] * 4
    assert not isinstance(loaded, BaseException)
    assert loaded.collection.name == "A"


async def test_a_file_for_an_unknown_embedding_is_not_even_received(files: BookmarkFiles) -> None:
    async def receive() -> bytes:
        raise AssertionError("the file was received")

    with pytest.raises(NotFound):
        await files.load("other", "A", receive)


async def test_a_file_that_proves_too_large_is_refused(files: BookmarkFiles) -> None:
    async def receive() -> bytes:
        return bytes(20_001)

    with pytest.raises(TooLarge, match="more than 20000 bytes"):
        await files.load(EMBEDDING_ID, "A", receive)
