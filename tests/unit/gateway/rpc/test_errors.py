"""How a call fails: the status of the error table, public words, and what runs is closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import pytest
from structlog.testing import capture_logs

from fixtures.waiting import until
from projector_chassis.errors import NotFound, from_code
from projector_gateway.request_context import current_request_id
from projector_gateway.rpc.errors import ErrorsInTheTable

SECRET = "/srv/secret/model.ckpt"
SERVICE = "test.Service"


class Failing:
    """Answers each call with the error that its request names; requests and answers are plain bytes."""

    def __init__(self) -> None:
        self.request_ids: list[str] = []
        self.n_open = 0
        self.n_sent = 0

    async def ask(self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> bytes:
        self.request_ids.append(current_request_id())
        code = request.decode()
        if code == "abort":
            await context.abort(grpc.StatusCode.DATA_LOSS, "its own")
        if code == "crash":
            raise OSError(SECRET)
        raise from_code(code, SECRET if code == "internal" else "job_id is wrong.")

    async def stream(self, request: bytes, context: grpc.aio.ServicerContext[Any, Any]) -> AsyncIterator[bytes]:
        self.n_open += 1
        try:
            yield b"first"
            while request == b"forever":
                self.n_sent += 1
                yield bytes(2**20)
            if request == b"silent":
                await asyncio.Event().wait()
            raise NotFound("The job is gone.")
        finally:
            self.n_open -= 1


@asynccontextmanager
async def calling(service: Failing) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server of the service."""
    server = grpc.aio.server(interceptors=[ErrorsInTheTable()])
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
        "Ask": grpc.unary_unary_rpc_method_handler(service.ask),
        "Stream": grpc.unary_stream_rpc_method_handler(service.stream),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        await server.stop(grace=None)


async def failure(channel: grpc.aio.Channel, request: str) -> tuple[grpc.StatusCode, str]:
    """Status and words of a call that fails."""
    ask: Any = channel.unary_unary(f"/{SERVICE}/Ask")
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await ask(request.encode(), timeout=10)
    return failed.value.code(), failed.value.details() or ""


def open_stream(channel: grpc.aio.Channel, request: bytes, *, seconds: float = 10) -> Any:
    """A call whose answers come one after the other."""
    stream: Any = channel.unary_stream(f"/{SERVICE}/Stream")
    return stream(request, timeout=seconds)


async def test_a_public_error_keeps_its_words() -> None:
    async with calling(Failing()) as channel:
        assert await failure(channel, "not_found") == (grpc.StatusCode.NOT_FOUND, "job_id is wrong.")


@pytest.mark.parametrize("request_", ["internal", "crash"])
async def test_an_internal_error_tells_the_request_and_nothing_else(request_: str) -> None:
    service = Failing()
    with capture_logs() as logs:
        async with calling(service) as channel:
            status, words = await failure(channel, request_)
    assert status == grpc.StatusCode.INTERNAL
    assert SECRET not in words
    assert service.request_ids[0] in words
    assert [log["log_level"] for log in logs] == ["error"]


async def test_what_a_handler_aborts_itself_stays() -> None:
    async with calling(Failing()) as channel:
        assert await failure(channel, "abort") == (grpc.StatusCode.DATA_LOSS, "its own")


async def test_every_call_has_a_request_id_of_its_own() -> None:
    service = Failing()
    async with calling(service) as channel:
        for _ in range(3):
            await failure(channel, "not_found")
    assert len(set(service.request_ids)) == 3
    assert "" not in service.request_ids


async def test_a_stream_that_fails_ends_with_its_status_after_what_came_before() -> None:
    service = Failing()
    async with calling(service) as channel:
        call = open_stream(channel, b"fails")
        assert await call.read() == b"first"
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await call.read()
        assert (failed.value.code(), failed.value.details()) == (grpc.StatusCode.NOT_FOUND, "The job is gone.")
        assert service.n_open == 0


@pytest.mark.parametrize("request_", [b"silent", b"forever"])
async def test_a_cancelled_stream_is_closed_at_once(request_: bytes) -> None:
    service = Failing()
    async with calling(service) as channel:
        call = open_stream(channel, request_)
        await call.read()
        if request_ == b"forever":  # until the transport takes no more
            await until(lambda: service.n_sent > 1, what="answers on their way")
        call.cancel()
        await until(lambda: service.n_open == 0, what="the stream to be closed", seconds=3)


@pytest.mark.parametrize("request_", [b"silent", b"forever"])
async def test_a_stream_is_closed_when_its_deadline_is_over(request_: bytes) -> None:
    service = Failing()
    async with calling(service) as channel:
        call = open_stream(channel, request_, seconds=0.3)
        await call.read()
        await until(lambda: service.n_open == 0, what="the stream to be closed", seconds=3)
