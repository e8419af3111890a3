"""The static page: what may be kept how long, and what the page may load."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from projector_gateway.page import Page, content_policy
from projector_gateway.problem import register_error_handlers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A built page, beside a file that is none of its."""
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Projector</title>")
    (built / "theme.js").write_text("document")
    (built / "assets" / "main-1a2b3c.js").write_text("import")
    (tmp_path / "secret.txt").write_text("secret")
    return built


@pytest.fixture
async def http(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    register_error_handlers(app)
    app.mount("/", Page(folder))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
        yield client


def directives(policy: str) -> dict[str, set[str]]:
    """A content policy by directive."""
    parts = [part.split() for part in policy.split(";")]
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("path", ["/", "/index.html"])
async def test_the_index_is_always_asked_for_again(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert "<title>Projector</title>" in response.text
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"].startswith("text/html")
    again = await http.get(path, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == response.headers["content-security-policy"]


async def test_files_named_by_their_content_are_kept_forever(http: httpx.AsyncClient) -> None:
    response = await http.get("/assets/main-1a2b3c.js")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in response.headers["content-type"]


async def test_other_files_are_asked_for_again(http: httpx.AsyncClient) -> None:
    assert (await http.get("/theme.js")).headers["cache-control"] == "no-cache"


async def test_a_missing_file_is_not_kept(http: httpx.AsyncClient) -> None:
    response = await http.get("/assets/main-old.js")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/assets", "/secret.txt"]
)
async def test_nothing_outside_of_the_page_is_served(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 404
    assert "secret\n" not in response.text
    assert response.json()["code"] == "not_found"


async def test_a_link_out_of_the_page_is_not_followed(http: httpx.AsyncClient, folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    assert (await http.get("/link.txt")).status_code == 404


async def test_a_page_that_is_not_built_says_how_to_build_it(http: httpx.AsyncClient, folder: Path) -> None:
    (folder / "index.html").unlink()
    response = await http.get("/")
    assert response.status_code == 503
    assert "make page" in response.text
    assert str(folder) not in response.text
    (folder / "index.html").write_text("built")
    assert (await http.get("/")).text == "built"


async def test_the_page_takes_no_posts(http: httpx.AsyncClient) -> None:
    response = await http.post("/theme.js")
    assert (response.status_code, response.json()["code"]) == (405, "invalid_argument")


async def test_the_page_loads_from_its_own_site_and_nobody_frames_it(http: httpx.AsyncClient) -> None:
    policy = directives((await http.get("/")).headers["content-security-policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["connect-src"] == {"'self'", "ws://localhost:8080", "wss://localhost:8080"}
    assert not {source for sources in policy.values() for source in sources if "unsafe" in source or source == "*"}


def test_each_directive_of_the_policy_is_said_once() -> None:
    policy = content_policy("localhost")
    assert len(directives(policy)) == len(policy.split(";"))


async def test_a_socket_at_an_unknown_path_is_refused(folder: Path) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await Page(folder)({"type": "websocket", "path": "/nothing"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 4404}]
