"""Requests as the page sends them."""

from __future__ import annotations

from typing import Any

import httpx
from integration.collections.sources import EMBEDDING_ID

Json = dict[str, Any]


def view(**changes: Any) -> Json:
    """A view of the 2-D layout that the jobs in memory publish."""
    shown: Json = {
        "projection": {"method": "tsne", "n_dims": 2, "perplexity": 2},
        "seed": 7,
        "components": [0, 1],
        "step": 1,
        "camera": {"mode": "orthographic", "position": [0, 0, 4], "target": [0, 0, 0], "up": [0, 1, 0], "zoom": 1.5},
        "label_column": "label",
        "color_column": None,
        "selection": [4, 2],
    }
    return shown | changes


class CollectionsClient:
    """What the page does with collections; every method expects success."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def listed(self) -> list[Json]:
        response = await self.http.get("/collections", params={"embedding_id": EMBEDDING_ID})
        assert response.status_code == 200, response.text
        listed: list[Json] = response.json()
        return listed

    async def create(self, name: str = "Digits") -> Json:
        response = await self.http.post("/collections", json={"embedding_id": EMBEDDING_ID, "name": name})
        return _created(response)

    async def save(self, collection_id: str, name: str = "A view", *, sequence: int = 1, **changes: Any) -> Json:
        return _created(await self.try_save(collection_id, name, sequence=sequence, **changes))

    async def try_save(
        self, collection_id: str, name: str = "A view", *, sequence: int = 1, job_id: str = "job1", **changes: Any
    ) -> httpx.Response:
        """Save a view whatever comes of it."""
        body = {"name": name, "view": view(**changes), "layout": {"job_id": job_id, "sequence": sequence}}
        return await self.http.post(f"/collections/{collection_id}/bookmarks", json=body)

    async def read(self, collection_id: str) -> Json:
        response = await self.http.get(f"/collections/{collection_id}")
        assert response.status_code == 200, response.text
        collection: Json = response.json()
        return collection

    async def bookmark(self, bookmark_id: str) -> Json:
        response = await self.http.get(f"/bookmarks/{bookmark_id}")
        assert response.status_code == 200, response.text
        bookmark: Json = response.json()
        return bookmark

    async def layout(self, bookmark_id: str) -> bytes:
        response = await self.http.get(f"/bookmarks/{bookmark_id}/layout")
        assert response.status_code == 200, response.text
        return response.content

    async def load_file(self, content: bytes, name: str = "From a file") -> Json:
        return _created(await self.try_load_file(content, name))

    async def try_load_file(self, content: bytes, name: str = "From a file") -> httpx.Response:
        """Upload a TensorBoard bookmark file whatever comes of it."""
        params = {"embedding_id": EMBEDDING_ID, "name": name}
        return await self.http.post("/collections/import", params=params, content=content)


def problem(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and words of an error."""
    body = response.json()
    return response.status_code, body["code"], body["detail"]


def _created(response: httpx.Response) -> Json:
    assert response.status_code == 201, response.text
    created: Json = response.json()
    return created
