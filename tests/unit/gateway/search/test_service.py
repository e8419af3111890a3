"""Pages of matches, and columns that are fetched once."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from typing import cast

import pytest
from pydantic import ValidationError
from unit.gateway.search.columns import categories, texts

from projector_chassis.errors import Deadline, NotFound
from projector_gateway.clients.loader import Content, Loader
from projector_gateway.search import service as service_module
from projector_gateway.search.column import decode_column
from projector_gateway.search.schemas import SearchRequest, SearchResult
from projector_gateway.search.service import ColumnCache, SearchService

LETTERS = texts(*"abcabcabc")


class ColumnInMemory:
    """One column on its way from the loader."""

    def __init__(self, content: bytes, owner: LoaderInMemory) -> None:
        self.digest = hashlib.sha256(content).hexdigest()
        self._content = content
        self._owner = owner

    async def chunks(self) -> AsyncIterator[bytes]:
        self._owner.n_read += 1
        for start in range(0, len(self._content), 7):
            yield self._content[start : start + 7]

    def discard(self) -> None:
        self._owner.n_discarded += 1


class LoaderInMemory:
    """Sends columns; counts how often their content was read and how often it was not wanted."""

    def __init__(self, **columns: bytes) -> None:
        self.columns = columns
        self.n_read = 0
        self.n_discarded = 0

    async def column(self, embedding_id: str, name: str) -> Content:
        if name not in self.columns:
            raise NotFound(f"There is no column {name!r}.")
        return cast(Content, ColumnInMemory(self.columns[name], self))


def service(loader: LoaderInMemory, *, cache_bytes: int = 10**6, deadline_seconds: float = 60) -> SearchService:
    return SearchService(cast(Loader, loader), cache_bytes=cache_bytes, deadline_seconds=deadline_seconds)


async def search(service: SearchService, query: str, **changes: object) -> SearchResult:
    body = {"query": query, "column": "letter", **changes}
    return await service.search("e", SearchRequest.model_validate(body))


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        ({}, [0, 3, 6]),
        ({"limit": 2}, [0, 3]),
        ({"offset": 2, "limit": 2}, [6]),
        ({"offset": 3}, []),
        ({"offset": 10**12}, []),
    ],
)
async def test_a_page_of_matches_tells_how_many_there_are(page: dict[str, int], rows: list[int]) -> None:
    found = await search(service(LoaderInMemory(letter=LETTERS)), "A", **page)
    assert (found.count, found.rows) == (3, rows)


async def test_pages_joined_are_all_matches() -> None:
    searching = service(LoaderInMemory(letter=texts(*("x" if row % 3 else "y" for row in range(100)))))
    pages = [await search(searching, "^x$", mode="regex", offset=start, limit=10) for start in range(0, 70, 10)]
    assert [row for page in pages for row in page.rows] == [row for row in range(100) if row % 3]


async def test_a_column_is_read_once_while_its_content_stays() -> None:
    loader = LoaderInMemory(letter=LETTERS)
    searching = service(loader)
    for query in "abc":
        await search(searching, query)
    assert (loader.n_read, loader.n_discarded) == (1, 2)
    loader.columns["letter"] = categories("a", "a")
    assert (await search(searching, "a")).rows == [0, 1]
    assert loader.n_read == 2


async def test_a_column_too_large_to_be_kept_is_searched_all_the_same() -> None:
    loader = LoaderInMemory(letter=LETTERS)
    searching = service(loader, cache_bytes=10)
    for _ in range(2):
        assert (await search(searching, "a")).count == 3
    assert loader.n_read == 2


@pytest.mark.parametrize("name", ["", "nothing"])
async def test_an_unknown_column_is_not_found(name: str) -> None:
    with pytest.raises(NotFound, match="column"):
        await search(service(LoaderInMemory()), "a", column=name)


async def test_a_search_that_takes_too_long_tells_so() -> None:
    searching = service(LoaderInMemory(letter=LETTERS), deadline_seconds=-1)
    with pytest.raises(Deadline, match="given up after -1 s"):
        await search(searching, "a", mode="regex")


async def test_only_a_few_searches_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    n_running, most = 0, 0
    never = threading.Event()

    def find(*_: object) -> list[int]:
        nonlocal n_running, most
        n_running += 1
        most = max(most, n_running)
        never.wait(0.05)
        n_running -= 1
        return []

    monkeypatch.setattr(service_module, "_find", find)
    searching = service(LoaderInMemory(letter=LETTERS))
    await asyncio.gather(*(search(searching, "a") for _ in range(6)))
    assert most == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": ""},
        {"query": "x" * 1001},
        {"mode": "fuzzy"},
        {"offset": -1},
        {"limit": 0},
        {"limit": 100_001},
        {"filters": []},
    ],
)
def test_a_request_beyond_the_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        SearchRequest.model_validate({"query": "a", "column": "letter", **wrong})


def test_the_least_recently_used_column_goes_first() -> None:
    column = decode_column(LETTERS)
    cache = ColumnCache(3 * column.n_bytes)
    for digest in "abc":
        cache.put(digest, column)
    assert cache.get("a") is column
    cache.put("d", column)
    assert [digest for digest in "abcd" if cache.get(digest)] == ["a", "c", "d"]


def test_a_column_larger_than_the_cache_pushes_nothing_out() -> None:
    small, large = decode_column(LETTERS), decode_column(texts(*(str(row) for row in range(1000))))
    cache = ColumnCache(2 * small.n_bytes)
    cache.put("small", small)
    cache.put("large", large)
    assert cache.get("small") is small
    assert cache.get("large") is None


def test_a_column_that_is_kept_is_not_counted_twice() -> None:
    column = decode_column(LETTERS)
    cache = ColumnCache(2 * column.n_bytes)
    for digest in ("a", "a", "a", "b"):
        cache.put(digest, column)
    assert cache.get("a") is not None
    assert cache.get("b") is not None
