"""One error table: the same code, status and close code whichever way people ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, NamedTuple, cast

import grpc
import grpc.aio
import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message
from structlog.testing import capture_logs

from projector_chassis import errors
from projector_chassis.errors import PublicError
from projector_gateway.dependencies import Services
from projector_gateway.jobs import endpoints, socket
from projector_gateway.problem import register_error_handlers
from projector_gateway.request_context import RequestContext
from projector_gateway.rpc.errors import ErrorsInTheTable

WORDS = "k is 0; allowed are 1 to 9."


class Line(NamedTuple):
    """One line of the table."""

    kind: type[PublicError]
    status: grpc.StatusCode
    http: int
    close: int


TABLE = {
    "invalid_argument": Line(errors.InvalidArgument, grpc.StatusCode.INVALID_ARGUMENT, 400, 1008),
    "unauthenticated": Line(errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED, 401, 4401),
    "permission_denied": Line(errors.PermissionDenied, grpc.StatusCode.PERMISSION_DENIED, 403, 4403),
    "not_found": Line(errors.NotFound, grpc.StatusCode.NOT_FOUND, 404, 4404),
    "conflict": Line(errors.Conflict, grpc.StatusCode.FAILED_PRECONDITION, 409, 4409),
    "stale_version": Line(errors.StaleVersion, grpc.StatusCode.ABORTED, 412, 1011),
    "too_large": Line(errors.TooLarge, grpc.StatusCode.OUT_OF_RANGE, 413, 1009),
    "rate_limited": Line(errors.RateLimited, grpc.StatusCode.RESOURCE_EXHAUSTED, 429, 4429),
    "deadline": Line(errors.Deadline, grpc.StatusCode.DEADLINE_EXCEEDED, 504, 1012),
    "unavailable": Line(errors.Unavailable, grpc.StatusCode.UNAVAILABLE, 503, 1012),
    "internal": Line(errors.Internal, grpc.StatusCode.INTERNAL, 500, 1011),
}
CODES = sorted(TABLE)


class Failing:
    """Stands for every service; whatever is asked of it fails with one error."""

    def __init__(self, error: PublicError) -> None:
        self._error = error

    async def read(self, job_id: str) -> Any:
        raise self._error

    @asynccontextmanager
    async def of(self, job_id: str) -> AsyncIterator[Any]:
        raise self._error
        yield


def failing_app(error: PublicError) -> FastAPI:
    """The real endpoints over services that fail."""
    app = FastAPI()
    app.state.services = Services(**{field.name: cast(Any, Failing(error)) for field in fields(Services)})
    app.include_router(endpoints.router)
    app.include_router(socket.router)
    register_error_handlers(app)
    app.add_middleware(RequestContext)
    return app


async def grpc_failure(error: PublicError) -> tuple[grpc.StatusCode, str]:
    """How a real server behind the real interceptor ends a call."""

    async def fail(request: bytes, context: object) -> bytes:
        raise error

    server = grpc.aio.server(interceptors=[ErrorsInTheTable()])
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {"Ask": grpc.unary_unary_rpc_method_handler(fail)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Service", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        ask: Any = channel.unary_unary("/test.Service/Ask")
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await ask(b"", timeout=10)
    await server.stop(grace=None)
    return failed.value.code(), failed.value.details() or ""


def shown(code: str, words: str) -> None:
    """Check what people are told: the words, but of an internal error its request alone."""
    if code == "internal":
        assert WORDS not in words
        assert "under request " in words
    else:
        assert words == WORDS


def test_the_table_has_a_line_for_every_error() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PublicError)}
    assert {line.kind for line in TABLE.values()} == kinds - {PublicError}
    assert {code: line.kind.code for code, line in TABLE.items()} == {code: code for code in TABLE}


@pytest.mark.parametrize("code", CODES)
async def test_rest_answers_with_the_status_of_the_table(code: str) -> None:
    transport = httpx.ASGITransport(failing_app(TABLE[code].kind(WORDS)))
    with capture_logs():
        async with httpx.AsyncClient(transport=transport, base_url="http://projector") as http:
            response = await http.get("/jobs/job1")
    assert (response.status_code, response.json()["code"]) == (TABLE[code].http, code)
    shown(code, response.json()["detail"])
    assert ("retry-after" in response.headers) is (code in ("rate_limited", "unavailable"))


@pytest.mark.parametrize("code", CODES)
async def test_a_socket_is_accepted_and_closed_with_the_code_of_the_table(code: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/jobs/job1/events", "query_string": b"", "headers": [], "subprotocols": []}
    with capture_logs():
        await failing_app(TABLE[code].kind(WORDS))(scope, receive, send)
    accepted, closed = sent
    assert accepted["type"] == "websocket.accept"
    assert (closed["type"], closed["code"]) == ("websocket.close", TABLE[code].close)
    shown(code, closed["reason"])


@pytest.mark.parametrize("code", CODES)
async def test_a_call_ends_with_the_status_of_the_table(code: str) -> None:
    with capture_logs():
        status, words = await grpc_failure(TABLE[code].kind(WORDS))
    assert status == TABLE[code].status
    shown(code, words)


@pytest.mark.parametrize("code", sorted(set(CODES) - {"internal", "unavailable"}))
def test_what_the_loader_says_keeps_its_code_and_words_through_the_gateway(code: str) -> None:
    said = grpc.aio.AioRpcError(TABLE[code].status, grpc.aio.Metadata(), grpc.aio.Metadata(), details=WORDS)
    error = errors.from_grpc(said)
    assert (error.code, error.message) == (code, WORDS)


@pytest.mark.parametrize("code", CODES)
def test_what_a_worker_says_keeps_its_code_and_words(code: str) -> None:
    error = errors.from_code(code, WORDS)
    assert (error.code, error.message) == (code, WORDS)


def test_close_codes_are_ones_that_an_application_may_send() -> None:
    closes = {line.close for line in TABLE.values()}
    assert all(close in (1008, 1009, 1011, 1012) or 4000 <= close < 5000 for close in closes)
