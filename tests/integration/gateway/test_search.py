"""Search over the loader's typed columns."""

from __future__ import annotations

import httpx
import pytest
from integration.gateway.loader_service import EMBEDDING_ID

pytestmark = pytest.mark.integration
PATH = f"/api/v1/embeddings/{EMBEDDING_ID}/search"


@pytest.mark.parametrize(
    ("column", "query", "mode", "rows"),
    [
        ("label", "ONE", "text", [1, 4, 7]),
        ("label", "STRASSE", "text", [2, 5]),
        ("label", "e", "text", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("label", "^(zero|one)$", "regex", [0, 1, 3, 4, 6, 7]),
        ("weight", "12.25", "text", [3]),
        ("weight", "1e-7", "text", [5]),
        ("weight", "^1$", "regex", [0]),
        ("weight", "nan", "text", []),
        ("a name/with a slash", "WÖRD 4", "text", [4]),
    ],
)
async def test_rows_are_found_by_what_the_column_shows(
    http: httpx.AsyncClient, column: str, query: str, mode: str, rows: list[int]
) -> None:
    for _ in range(2):  # the second time from the kept column
        response = await http.post(PATH, json={"column": column, "query": query, "mode": mode})
        assert response.json() == {"count": len(rows), "rows": rows}


async def test_matches_are_returned_in_pages(http: httpx.AsyncClient) -> None:
    response = await http.post(PATH, json={"column": "label", "query": "o", "offset": 2, "limit": 2})
    assert response.json() == {"count": 6, "rows": [3, 4]}


async def test_an_invalid_expression_is_refused_with_its_reason(http: httpx.AsyncClient) -> None:
    response = await http.post(PATH, json={"column": "label", "query": "a(b", "mode": "regex"})
    assert response.status_code == 400
    assert "missing )" in response.json()["detail"]


async def test_an_unknown_column_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.post(PATH, json={"column": "nothing", "query": "a"})).status_code == 404
