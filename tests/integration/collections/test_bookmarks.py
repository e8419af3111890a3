"""Bookmarks: the view, the very bytes of its layout, and how long these live."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from integration.collections.saved_views import CollectionsClient, Json, problem, view
from integration.collections.sources import JobsInMemory
from sqlalchemy import func, select

from projector_gateway.collections.orm import LayoutRow
from projector_gateway.database import Database

pytestmark = pytest.mark.integration


async def n_layouts(database: Database) -> int:
    async with database.reading() as session:
        return (await session.scalars(select(func.count()).select_from(LayoutRow))).one()


def listed(bookmark: Json) -> Json:
    """A bookmark as its collection shows it."""
    outline = {name: value for name, value in bookmark["view"].items() if name not in ("selection", "rows")}
    rows = bookmark["view"]["rows"]
    counts = {"n_selected": len(bookmark["view"]["selection"]), "n_rows": rows and len(rows)}
    return bookmark | {"view": outline | counts}


async def test_a_saved_view_comes_back_whole(collections: CollectionsClient) -> None:
    created = await collections.create()

    saved = await collections.save(created["id"], "Clusters ✓")

    response = await collections.http.get(f"/bookmarks/{saved['id']}")
    assert response.json() == saved
    assert response.headers["etag"] == '"1"'
    assert saved["view"].items() >= view(projection=saved["view"]["projection"]).items()
    assert saved["view"]["projection"].items() >= {"method": "tsne", "n_dims": 2, "perplexity": 2}.items()
    assert (saved["job_id"], saved["sequence"]) == ("job1", 1)
    assert (await collections.read(created["id"]))["bookmarks"] == [listed(saved)]
    assert (await collections.read(created["id"]))["version"] == 2


async def test_the_layout_is_the_very_bytes_of_the_frame(collections: CollectionsClient, jobs: JobsInMemory) -> None:
    event = jobs.publish([0.1, float("nan"), -0.0, 1e-40] * 3, sequence=9)
    saved = await collections.save((await collections.create())["id"], sequence=9)
    jobs.frames.clear()

    response = await collections.http.get(f"/bookmarks/{saved['id']}/layout")

    assert response.content == event
    assert response.headers["content-type"] == "application/x-protobuf"
    assert response.headers["etag"] == f'"{saved["layout_digest"]}"'
    assert "immutable" in response.headers["cache-control"]


async def test_a_layout_that_the_browser_has_is_not_sent_again(collections: CollectionsClient) -> None:
    saved = await collections.save((await collections.create())["id"])

    response = await collections.http.get(
        f"/bookmarks/{saved['id']}/layout", headers={"if-none-match": f'W/"x", "{saved["layout_digest"]}"'}
    )

    assert (response.status_code, response.content) == (304, b"")


async def test_equal_layouts_are_kept_once_and_as_long_as_one_bookmark_shows_them(
    collections: CollectionsClient, jobs: JobsInMemory, database: Database
) -> None:
    jobs.publish(sequence=2)
    first = await collections.save((await collections.create("a"))["id"], sequence=1)
    other = await collections.create("b")
    await collections.save(other["id"], sequence=2)
    assert await n_layouts(database) == 1

    await collections.http.delete(f"/bookmarks/{first['id']}")
    assert await n_layouts(database) == 1

    await collections.http.delete(f"/collections/{other['id']}")
    assert await n_layouts(database) == 0


async def test_saving_and_deleting_the_same_layout_at_once_never_fails(
    collections: CollectionsClient, database: Database
) -> None:
    names = [(await collections.create(name))["id"] for name in "abc"]

    async def save_and_delete(collection_id: str) -> None:
        for _ in range(6):
            saved = await collections.save(collection_id)
            assert (await collections.http.delete(f"/bookmarks/{saved['id']}")).status_code == 204

    await asyncio.gather(*(save_and_delete(collection_id) for collection_id in names))

    assert await n_layouts(database) == 0


async def test_a_frame_that_is_no_longer_kept_is_a_conflict_in_words(
    collections: CollectionsClient, database: Database
) -> None:
    created = await collections.create()

    thinned = await collections.try_save(created["id"], sequence=2, step=312)
    ended = await collections.try_save(created["id"], job_id="gone", step=None)

    assert problem(thinned)[1:] == ("conflict", "Step 312 of this projection is no longer kept; save a newer one.")
    assert problem(ended)[2] == "Frame 1 of this projection is no longer kept; save a newer one."
    assert await n_layouts(database) == 0


async def test_isolated_rows_need_a_layout_of_as_many_points(
    collections: CollectionsClient, jobs: JobsInMemory
) -> None:
    jobs.publish([0.5] * 6, sequence=2, rows=[1, 3, 5])
    created = await collections.create()

    saved = await collections.save(created["id"], sequence=2, rows=[1, 3, 5])
    all_rows = await collections.try_save(created["id"], sequence=2)
    other_rows = await collections.try_save(created["id"], sequence=2, rows=[1, 3, 4])

    assert saved["view"]["rows"] == [1, 3, 5]
    assert (await collections.listed())[0]["bookmarks"] == [listed(saved)]
    assert "The layout has 3 points, but the embedding has 6" in problem(all_rows)[2]
    assert "other rows" in problem(other_rows)[2]


async def test_a_job_of_another_embedding_is_refused(collections: CollectionsClient, jobs: JobsInMemory) -> None:
    jobs.publish(job_id="job2", embedding_id="other")

    response = await collections.try_save((await collections.create())["id"], job_id="job2")

    assert problem(response)[:2] == (400, "invalid_argument")
    assert "belongs to embedding digits-0" in problem(response)[2]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"selection": [0, 6]}, "view.selection holds 6; allowed are 0 to 5."),
        ({"selection": [0, 1, 2, 3, 4]}, "view.selection holds 5 rows; at most 4 are allowed."),
        ({"components": [0, 2]}, "view.components holds 2; allowed are 0 to 1."),
        ({"components": [1, 1]}, "each layout column may be named once"),
        ({"rows": []}, "view.rows is empty"),
        ({"rows": [3, 2]}, "strictly ascending; 2 follows 3"),
        ({"neighbors": {"row": 6, "k": 3, "metric": "cosine"}}, "view.neighbors.row holds 6"),
    ],
)
async def test_a_view_that_does_not_fit_is_refused(
    collections: CollectionsClient, changes: dict[str, Any], words: str
) -> None:
    response = await collections.try_save((await collections.create())["id"], **changes)

    assert problem(response)[:2] == (400, "invalid_argument")
    assert words in problem(response)[2]


@pytest.mark.parametrize("camera", ['"zoom": 1e999', '"zoom": NaN', '"zoom": 0'])
async def test_numbers_that_json_cannot_return_are_refused(collections: CollectionsClient, camera: str) -> None:
    created = await collections.create()
    request = collections.http.build_request(
        "POST",
        f"/collections/{created['id']}/bookmarks",
        json={"name": "x", "view": view(), "layout": {"job_id": "job1", "sequence": 1}},
    )
    content = request.content.replace(b'"zoom":1.5', camera.encode())
    assert content != request.content

    response = await collections.http.post(request.url, content=content, headers={"content-type": "application/json"})

    assert response.status_code == 422


async def test_renaming_a_bookmark_raises_both_versions(collections: CollectionsClient) -> None:
    created = await collections.create()
    saved = await collections.save(created["id"])
    url = f"/bookmarks/{saved['id']}"

    renamed = await collections.http.patch(url, json={"name": "Better"}, headers={"if-match": '"1"'})
    stale = await collections.http.patch(url, json={"name": "Worse"}, headers={"if-match": '"1"'})

    assert renamed.json() == saved | {"name": "Better", "version": 2}
    assert problem(stale)[:2] == (412, "stale_version")
    collection = await collections.read(created["id"])
    assert (collection["version"], collection["bookmarks"]) == (3, [listed(renamed.json())])


async def test_what_is_not_there_is_not_found(collections: CollectionsClient) -> None:
    created = await collections.create()
    saved = await collections.save(created["id"])
    await collections.http.delete(f"/bookmarks/{saved['id']}", headers={"if-match": '"1"'})

    for method, path in [
        ("GET", f"/bookmarks/{saved['id']}"),
        ("DELETE", f"/bookmarks/{saved['id']}"),
        ("GET", "/collections/x"),
        ("DELETE", "/collections/x"),
    ]:
        status, code, words = problem(await collections.http.request(method, path))
        assert (status, code) == (404, "not_found")
        assert words.endswith("it may have been deleted.")
    assert problem(await collections.try_save("x"))[0] == 404
