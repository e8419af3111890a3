"""Large JSON bodies are read beside the event loop, and mean the same as small ones."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from projector_gateway import large_bodies
from projector_gateway.large_bodies import LargeBodies
from projector_gateway.problem import register_error_handlers

MANY = list(range(20_000))


class Rows(BaseModel):
    rows: list[int]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    router = APIRouter(route_class=LargeBodies)

    @router.post("/sum")
    async def add_up(asked: Rows) -> int:
        return sum(asked.rows)

    app = FastAPI()
    register_error_handlers(app)
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Threads in which numbers are read one by one."""
    found: set[int] = set()

    def read(digits: str) -> int:
        found.add(threading.get_ident())
        return int(digits)

    monkeypatch.setattr(large_bodies, "_read_int", read)
    return found


@pytest.mark.parametrize(("rows", "is_beside"), [(MANY, True), ([1, 2], False)])
async def test_a_large_body_is_read_in_a_thread(
    http: httpx.AsyncClient, readers: set[int], rows: list[int], is_beside: bool
) -> None:
    assert (await http.post("/sum", json={"rows": rows})).json() == sum(rows)
    assert threading.get_ident() not in readers
    assert bool(readers) == is_beside


@pytest.mark.parametrize("content", ["[}", '{"rows": [1, 2}', '{"rows": ["a"]}'])
async def test_what_is_wrong_with_a_body_is_told_whatever_its_size(http: httpx.AsyncClient, content: str) -> None:
    small = await http.post("/sum", content=content, headers={"content-type": "application/json"})
    padded = content + " " * 100_000
    large = await http.post("/sum", content=padded, headers={"content-type": "application/json"})
    assert (small.status_code, large.status_code) == (422, 422)
    assert large.json()["detail"] == small.json()["detail"]


async def test_numbers_are_read_alike(http: httpx.AsyncClient) -> None:
    content = json.dumps({"rows": [0, -5, 10**15]}) + " " * 100_000
    assert (await http.post("/sum", content=content, headers={"content-type": "application/json"})).json() == 10**15 - 5
