"""Every error of REST as a problem body: public words, the code of the table, the request's id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Literal

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Message
from structlog.testing import capture_logs

from projector_chassis.errors import from_code
from projector_gateway.problem import MEDIA_TYPE, UnexpectedErrors, register_error_handlers
from projector_gateway.request_context import RequestContext

JSON = {"content-type": "application/json"}
SECRET = "/srv/secret/model.ckpt"


class Parameters(BaseModel):
    """A body with the kinds of limits that our schemas have."""

    model_config = ConfigDict(extra="forbid")

    perplexity: Annotated[float, Field(gt=1)] = 30
    metric: Literal["cosine", "euclidean"] = "cosine"
    names: list[int] = Field(default_factory=list)


def application() -> FastAPI:
    """Endpoints that fail in every way, behind the gateway's own handlers."""
    app = FastAPI()
    register_error_handlers(app)

    @app.get("/fail/{code}")
    async def fail(code: str) -> None:
        raise from_code(code, SECRET if code == "internal" else "k is 0; allowed are 1 to 9.")

    @app.get("/crash")
    async def crash() -> None:
        raise OSError(f"cannot read {SECRET}")

    @app.get("/break")
    async def break_off() -> StreamingResponse:
        return StreamingResponse(_half())

    @app.post("/parameters", max_body_size=1000)
    async def take(parameters: Parameters) -> None: ...

    @app.post("/upload")
    async def receive(request: Request) -> None:
        await request.body()

    app.add_middleware(UnexpectedErrors)
    app.add_middleware(RequestContext)
    return app


async def _half() -> AsyncIterator[bytes]:
    yield b"half"
    raise OSError(SECRET)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application())
    async with httpx.AsyncClient(transport=transport, base_url="http://projector") as client:
        yield client


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    with capture_logs():
        yield


async def test_an_error_names_its_code_and_the_request(http: httpx.AsyncClient) -> None:
    response = await http.get("/fail/invalid_argument")
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid_argument",
        "detail": "k is 0; allowed are 1 to 9.",
        "request_id": response.headers["x-request-id"],
    }


async def test_every_request_has_an_id_of_its_own(http: httpx.AsyncClient) -> None:
    ids = {(await http.get("/fail/not_found")).json()["request_id"] for _ in range(5)}
    assert len(ids) == 5
    assert "" not in ids


@pytest.mark.parametrize("code", ["unavailable", "rate_limited"])
async def test_what_may_succeed_later_says_when(http: httpx.AsyncClient, code: str) -> None:
    assert int((await http.get(f"/fail/{code}")).headers["retry-after"]) > 0
    assert "retry-after" not in (await http.get("/fail/conflict")).headers


@pytest.mark.parametrize("path", ["/fail/internal", "/crash"])
async def test_an_internal_error_tells_the_request_and_nothing_else(http: httpx.AsyncClient, path: str) -> None:
    with capture_logs() as logs:
        response = await http.get(path)
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert SECRET not in response.text
    assert response.json()["request_id"] in response.json()["detail"]
    assert logs[-1]["log_level"] == "error"


async def test_a_broken_stream_does_not_look_whole(http: httpx.AsyncClient) -> None:
    with pytest.raises(OSError, match="secret"):
        await http.get("/break")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"perplexity": 0.5}, "perplexity: Input should be greater than 1 (given: 0.5)."),
        ({"metric": "manhattan"}, "metric: Input should be 'cosine' or 'euclidean' (given: manhattan)."),
        (
            {"names": ["x"]},
            "names.0: Input should be a valid integer, unable to parse string as an integer (given: x).",
        ),
        ({"perplexity": []}, "perplexity: Input should be a valid number."),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_allowed(
    http: httpx.AsyncClient, body: dict[str, object], detail: str
) -> None:
    response = await http.post("/parameters", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_argument")
    assert response.json()["detail"] == detail


async def test_many_wrong_fields_are_counted(http: httpx.AsyncClient) -> None:
    detail = (await http.post("/parameters", json={"names": ["x"] * 20})).json()["detail"]
    assert detail.count("names.") == 5
    assert detail.endswith("15 more fields are wrong.")


async def test_a_long_value_is_not_repeated(http: httpx.AsyncClient) -> None:
    detail = (await http.post("/parameters", json={"metric": "x" * 500})).json()["detail"]
    assert "xxx" not in detail


@pytest.mark.parametrize("content", [rb'{"metric": "\ud800"}', rb'{"metr\udfffic": 1}'])
async def test_a_text_that_is_no_unicode_is_refused_like_any_other(http: httpx.AsyncClient, content: bytes) -> None:
    response = await http.post("/parameters", content=content, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_argument")
    assert response.json()["detail"].endswith("?).") or "metr?ic" in response.json()["detail"]


async def test_a_body_that_is_no_json_is_refused(http: httpx.AsyncClient) -> None:
    response = await http.post("/parameters", content=b'{"perplexity": ', headers=JSON)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_argument")


@pytest.mark.parametrize("is_announced", [True, False])
async def test_a_body_beyond_the_limit_is_too_large(http: httpx.AsyncClient, is_announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    content = b" " * 2000 if is_announced else pieces()
    response = await http.post("/parameters", content=content, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert "at most 1000 bytes" in response.json()["detail"]
    assert response.json()["request_id"] == response.headers["x-request-id"]


async def test_an_unknown_path_and_method_are_named(http: httpx.AsyncClient) -> None:
    missing = await http.get("/nothing")
    assert (missing.status_code, missing.json()["detail"]) == (404, "There is nothing at /nothing.")
    forbidden = await http.put("/parameters")
    assert (forbidden.status_code, forbidden.json()["code"]) == (405, "invalid_argument")
    assert forbidden.json()["detail"] == "PUT is not allowed at /parameters."
    assert forbidden.headers["allow"] == "POST"


async def test_a_client_that_leaves_while_it_sends_is_no_error() -> None:
    arrives: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arrives.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/upload", "query_string": b"", "headers": []}
    with capture_logs() as logs:
        await application()(scope, receive, send)
    assert sent == []
    assert [log for log in logs if log["log_level"] == "error"] == []
