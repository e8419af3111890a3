"""Which Host and Origin headers get through, and what is added to answers."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from projector_gateway.security import SameSite, host_name, is_same_site

HOST_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "projector.example"})


async def _hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


async def ask(method: str = "GET", **headers: str) -> httpx.Response:
    """Ask an application behind the checks."""
    transport = httpx.ASGITransport(SameSite(_hello, host_names=HOST_NAMES))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        return await http.request(method, "/api/v1/jobs", headers=headers)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LocalHost:8080", "localhost"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]:8080", "::1"),
        ("[::1]", "::1"),
        ("projector.example.", "projector.example."),
        ("", ""),
        (":8080", ""),
        ("[::1", ""),
        ("localhost:port", ""),
        ("evil.example@localhost", ""),
        ("evil; script-src 'unsafe-inline'@localhost", ""),
        ("localhost/path", ""),
        ("localhost?query", ""),
        ("localhost#fragment", ""),
        ("localhost\\evil", ""),
        ("localhost evil", ""),
        ("localhost, evil.example", ""),
    ],
)
def test_the_name_of_a_host_header(host: str, name: str) -> None:
    assert host_name(host) == name


@given(st.text())
def test_any_host_header_is_read_without_an_error(host: str) -> None:
    assert host_name(host) not in HOST_NAMES or ";" not in host


@pytest.mark.parametrize(
    ("origin", "host", "is_same"),
    [
        ("http://localhost:8080", "localhost:8080", True),
        ("https://projector.example", "projector.example", True),
        ("https://projector.example:443", "projector.example", True),
        ("http://projector.example", "projector.example:80", True),
        ("http://LOCALHOST:8080", "localhost:8080", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("http://localhost:3000", "localhost:8080", False),
        ("https://projector.example", "projector.example:80", False),
        ("http://127.0.0.1:8080", "localhost:8080", False),
        ("http://localhost:8080.evil.example", "localhost:8080", False),
        ("http://evil.example", "localhost:8080", False),
        ("null", "localhost:8080", False),
        ("file://", "localhost:8080", False),
        ("", "localhost:8080", False),
        ("http://localhost:99999", "localhost:8080", False),
        ("http://[::1", "[::1]", False),
    ],
)
def test_whether_a_page_is_of_the_same_site(origin: str, host: str, is_same: bool) -> None:
    assert is_same_site(origin, host) is is_same


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.168.0.1", "evil.example@localhost"])
async def test_a_foreign_host_is_refused_whatever_is_asked(host: str) -> None:
    response = await ask(host=host)
    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert "PROJECTOR_ALLOWED_HOSTS" in response.json()["detail"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:8080", "Projector.Example"])
async def test_own_hosts_are_answered_on_any_port(host: str) -> None:
    assert (await ask(host=host)).text == "hello"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:3000"])
async def test_a_foreign_page_changes_nothing(method: str, origin: str) -> None:
    response = await ask(method, origin=origin)
    assert response.status_code == 403
    assert "localhost:8080" in response.json()["detail"]


async def test_own_pages_and_programs_without_an_origin_may_change_things() -> None:
    assert (await ask("POST", origin="http://localhost:8080")).status_code == 200
    assert (await ask("DELETE")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_is_left_to_the_browsers_own_rules(method: str) -> None:
    response = await ask(method, origin="http://evil.example")
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_every_answer_forbids_guessing_its_type() -> None:
    response = await ask()
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ([(b"host", b"localhost:8080"), (b"origin", b"http://localhost:8080")], True),
        ([(b"host", b"localhost:8080")], True),
        ([(b"host", b"localhost:8080"), (b"origin", b"http://evil.example")], False),
        ([(b"host", b"evil.example"), (b"origin", b"http://evil.example")], False),
        ([], False),
    ],
)
async def test_a_socket_is_opened_for_own_pages_only(headers: list[tuple[bytes, bytes]], is_let_in: bool) -> None:
    sent: list[Message] = []
    opened: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        opened.append(scope)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/v1/jobs/1/events", "headers": headers}
    await SameSite(application, host_names=HOST_NAMES)(scope, receive, send)

    assert bool(opened) is is_let_in
    assert [message["type"] for message in sent] == ([] if is_let_in else ["websocket.close"])
