"""Sends a stream over grpc.aio and gets its one answer, or the very status that the peer sent.

When a peer refuses before it has read everything, the next message cannot be written. grpc.aio (1.85) then puts an
internal error of its own in place of the status, where that has come already; so the status is taken down as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import grpc
import grpc.aio

_NOT_THE_PEERS = (grpc.StatusCode.INTERNAL, "Internal error from Core")

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")
_Value = TypeVar("_Value")


async def send_all(call: grpc.aio.StreamUnaryCall[_Request, _Response], messages: AsyncIterator[_Request]) -> _Response:
    """Write one message after the other, each when the one before has been taken; the peer's answer.

    Raises:
        grpc.aio.AioRpcError: the peer ended the call with this status.
        Whatever ``messages`` raises; the call is cancelled then.
    """
    status: asyncio.Future[grpc.aio.AioRpcError] = asyncio.get_running_loop().create_future()
    call.add_done_callback(lambda ended: _take_down(ended, status))
    try:
        async for message in messages:
            if not await _is_written(call, message):
                break
        else:
            await call.done_writing()
        return await call
    except grpc.aio.AioRpcError as error:
        raise (status.result() if status.done() else error) from error
    finally:
        call.cancel()


async def _is_written(call: grpc.aio.StreamUnaryCall[_Request, Any], message: _Request) -> bool:
    try:
        await call.write(message)
    except (asyncio.InvalidStateError, grpc.aio.AioRpcError):
        return False
    return True


def _take_down(call: Any, status: asyncio.Future[grpc.aio.AioRpcError]) -> None:
    """Keep the first status of a call that is the peer's."""
    code, details = _at_once(call.code()), _at_once(call.details())
    if (code, details) != _NOT_THE_PEERS and not status.done():
        status.set_result(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details))


def _at_once(answer: Coroutine[Any, Any, _Value]) -> _Value:
    """What a coroutine gives that has nothing to wait for: the status of a call that has ended."""
    try:
        answer.send(None)
    except StopIteration as ended:
        value: _Value = ended.value
        return value
    raise RuntimeError("a call that has ended had no status")
