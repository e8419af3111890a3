"""The page that describes REST: complete, safe, and loading nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from projector_gateway.api_page import api_page
from projector_gateway.main import API_PREFIX, create_app
from projector_gateway.settings import GatewaySettings


class Elements(HTMLParser):
    """The elements of a page: tags, links, ids and text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.ids: set[str] = set()
        self.text: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            {"href": self.links, "id": self.ids, "src": self.loaded}.get(name, set()).add(value or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(GatewaySettings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


async def test_every_route_is_described_and_every_link_leads_somewhere(http: httpx.AsyncClient) -> None:
    document = (await http.get(f"{API_PREFIX}/openapi.json")).json()
    page = Elements((await http.get(f"{API_PREFIX}/docs")).text)
    routes = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert routes <= set(page.text)
    assert f"GET {API_PREFIX}/runs" in routes
    assert page.links - {"openapi.json"} <= {f"#{id_}" for id_ in page.ids}
    assert page.ids == set(document["components"]["schemas"])


async def test_it_loads_nothing_and_runs_nothing(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{API_PREFIX}/docs")
    page = Elements(response.text)
    assert (page.loaded, page.tags & {"script", "link", "img", "iframe"}) == (set(), set())
    style = response.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = response.headers["content-security-policy"].split("; ")
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]


def schema(**fields: Any) -> dict[str, Any]:
    """A document of one schema."""
    return {
        "info": {"title": "T", "version": "1", "summary": "S"},
        "paths": {},
        "components": {"schemas": {"Point": {"type": "object", "properties": fields, "required": ["x"]}}},
    }


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 2000.0}, "integer|at least 1; at most 2,000"),
        ({"type": "boolean", "default": False}, "boolean|false unless given"),
        ({"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]}, "string or null|at most 5 characters"),
        ({"type": "array", "items": {"type": "number"}, "description": "Row"}, "list of number|Row"),
        ({"enum": ["a", "b"]}, "'a' or 'b'|"),
        ({"const": "pca"}, "'pca'|"),
        ({"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]}, "[number, string]|"),
        ({"type": "string", "format": "date-time"}, "date-time|"),
        ({"description": "<script>alert(1)</script>"}, "any value|<script>alert(1)</script>"),
    ],
)
def test_a_value_is_described_in_a_few_words(field: dict[str, Any], shown: str) -> None:
    content = api_page(schema(x=field))
    row = content.partition("<tr>")[2].partition("</tr>")[0]
    assert "script" not in Elements(row).tags
    _, *cells = row.split("</td><td>")
    assert "|".join("".join(Elements(cell).text) for cell in cells) == shown


def test_a_field_that_need_not_be_given_says_so() -> None:
    content = api_page(schema(x={"type": "string"}, y={"type": "string", "default": "z"}))
    assert "string</td>" in content
    assert "string, optional</td><td>z unless given</td>" in content
