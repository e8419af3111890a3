"""Collections: naming, order, versions, deletion, limits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from integration.collections.saved_views import CollectionsClient, Json, problem
from integration.collections.sources import EMBEDDING_ID, JobsInMemory

pytestmark = pytest.mark.integration


async def test_a_new_collection_is_listed(collections: CollectionsClient) -> None:
    created = await collections.create("Zahlen ✓")

    assert await collections.listed() == [created]
    assert created["name"] == "Zahlen ✓"
    assert created["source"] == "user"
    assert created["embedding_digest"] == "d" * 64
    assert (created["bookmarks"], created["problems"], created["version"]) == ([], [], 1)
    assert timedelta() <= datetime.now(UTC) - datetime.fromisoformat(created["created_at"]) < timedelta(minutes=1)


async def test_collections_of_another_embedding_are_not_listed(collections: CollectionsClient) -> None:
    await collections.create()

    response = await collections.http.get("/collections", params={"embedding_id": "other"})

    assert response.json() == []


async def test_an_unknown_embedding_gets_no_collection(collections: CollectionsClient) -> None:
    response = await collections.http.post("/collections", json={"embedding_id": "other", "name": "x"})

    assert problem(response) == (404, "not_found", "There is no embedding other.")


@pytest.mark.parametrize("name", ["   ", "two\nlines", "nul\x00"])
async def test_a_name_that_cannot_be_shown_is_refused(collections: CollectionsClient, name: str) -> None:
    response = await collections.http.post("/collections", json={"embedding_id": EMBEDDING_ID, "name": name})

    status, code, words = problem(response)
    assert (status, code) == (400, "invalid_argument")
    assert words.startswith("name ")


async def test_renaming_raises_the_version(collections: CollectionsClient) -> None:
    created = await collections.create()

    response = await collections.http.patch(
        f"/collections/{created['id']}", json={"name": "  Better "}, headers={"if-match": '"1"'}
    )

    assert response.json() == created | {"name": "Better", "version": 2}
    assert response.headers["etag"] == '"2"'
    assert await collections.read(created["id"]) == response.json()


@pytest.mark.parametrize("if_match", ['"7"', "nonsense", ""])
async def test_a_stale_version_is_refused(collections: CollectionsClient, if_match: str) -> None:
    created = await collections.create()
    url, headers = f"/collections/{created['id']}", {"if-match": if_match}

    renamed = await collections.http.patch(url, json={"name": "Better"}, headers=headers)
    deleted = await collections.http.delete(url, headers=headers)

    assert problem(renamed)[:2] == problem(deleted)[:2] == (412, "stale_version")
    assert await collections.listed() == [created]


async def test_any_version_may_be_changed_when_asked_so(collections: CollectionsClient) -> None:
    created = await collections.create()

    response = await collections.http.patch(
        f"/collections/{created['id']}", json={"name": "Better"}, headers={"if-match": "*"}
    )

    assert response.status_code == 200


async def test_of_two_changes_at_once_one_is_stale(collections: CollectionsClient) -> None:
    created = await collections.create()
    url = f"/collections/{created['id']}"

    responses = await asyncio.gather(
        *(
            collections.http.patch(url, json={"name": f"Name {number}"}, headers={"if-match": '"1"'})
            for number in range(4)
        )
    )

    assert sorted(response.status_code for response in responses) == [200, 412, 412, 412]
    assert (await collections.read(created["id"]))["version"] == 2


async def test_bookmarks_are_brought_into_another_order(collections: CollectionsClient) -> None:
    created = await collections.create()
    first, second, third = [await collections.save(created["id"], name) for name in "abc"]

    response = await collections.http.patch(
        f"/collections/{created['id']}", json={"order": [third["id"], first["id"], second["id"]]}
    )

    assert _names(response.json()) == ["c", "a", "b"]
    assert _names(await collections.read(created["id"])) == ["c", "a", "b"]
    assert _names((await collections.listed())[0]) == ["c", "a", "b"]


async def test_a_bookmark_saved_after_reordering_comes_last(collections: CollectionsClient) -> None:
    created = await collections.create()
    first, second = [await collections.save(created["id"], name) for name in "ab"]
    await collections.http.patch(f"/collections/{created['id']}", json={"order": [second["id"], first["id"]]})
    await collections.http.delete(f"/bookmarks/{second['id']}")

    await collections.save(created["id"], "c")

    assert _names(await collections.read(created["id"])) == ["a", "c"]


async def test_an_order_that_is_no_permutation_is_refused(collections: CollectionsClient) -> None:
    created = await collections.create()
    first, second = [await collections.save(created["id"], name) for name in "ab"]
    url = f"/collections/{created['id']}"

    twice = await collections.http.patch(url, json={"order": [first["id"], first["id"]]})
    unknown = await collections.http.patch(url, json={"order": [first["id"], second["id"], "x"]})
    missing = await collections.http.patch(url, json={"order": [second["id"]]})

    assert problem(twice)[0] == 400
    assert problem(unknown) == (400, "invalid_argument", "order names x, which is no bookmark of this collection.")
    assert f"leaves out {first['id']}" in problem(missing)[2]
    assert _names(await collections.read(created["id"])) == ["a", "b"]


async def test_a_deleted_collection_is_gone_with_its_bookmarks(collections: CollectionsClient) -> None:
    created = await collections.create()
    bookmark = await collections.save(created["id"])

    response = await collections.http.delete(f"/collections/{created['id']}", headers={"if-match": '"2"'})

    assert response.status_code == 204
    assert await collections.listed() == []
    assert problem(await collections.http.get(f"/bookmarks/{bookmark['id']}"))[0] == 404
    assert problem(await collections.http.get(f"/bookmarks/{bookmark['id']}/layout"))[0] == 404


async def test_too_many_collections_are_refused(collections: CollectionsClient) -> None:
    for _ in range(3):
        await collections.create()

    response = await collections.http.post("/collections", json={"embedding_id": EMBEDDING_ID, "name": "x"})

    assert problem(response) == (
        409,
        "conflict",
        "This embedding has 3 collections, the most allowed; delete one first.",
    )


async def test_too_many_bookmarks_are_refused_even_at_once(collections: CollectionsClient, jobs: JobsInMemory) -> None:
    created = await collections.create()

    responses = await asyncio.gather(*(collections.try_save(created["id"]) for _ in range(5)))

    assert sorted(response.status_code for response in responses) == [201, 201, 201, 409, 409]
    assert len((await collections.read(created["id"]))["bookmarks"]) == 3


def _names(collection: Json) -> list[str]:
    return [bookmark["name"] for bookmark in collection["bookmarks"]]
