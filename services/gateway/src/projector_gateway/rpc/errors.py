"""Errors of the gRPC face: the code of the error table, public words, and nothing of what is internal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import grpc
import grpc.aio
import structlog

from projector_chassis.errors import Internal, PublicError
from projector_gateway.problem import shown_words
from projector_gateway.request_context import begin_request

_log = structlog.get_logger(__name__)


class ErrorsInTheTable(grpc.aio.ServerInterceptor):
    """Gives each call a request id and ends a failed one with the status of the error table."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                _answering(handler.unary_unary), handler.request_deserializer, handler.response_serializer
            )
        if handler.stream_unary is not None:
            return grpc.stream_unary_rpc_method_handler(
                _answering(handler.stream_unary), handler.request_deserializer, handler.response_serializer
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                _streaming(handler.unary_stream), handler.request_deserializer, handler.response_serializer
            )
        return handler


def _answering(answer: Any) -> Any:
    async def wrapped(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        begin_request()
        try:
            return await answer(request, context)
        except Exception as error:
            await _abort(context, error)

    return wrapped


def _streaming(stream: Any) -> Any:
    """Written from here: a call that ends while a message is held back then ends ``stream`` at once.

    A generator that gRPC itself asks for messages would be left where it stands, until it is collected as garbage.
    """

    async def wrapped(request: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
        begin_request()
        try:
            async with aclosing(stream(request, context)) as messages:
                async for message in messages:
                    await context.write(message)
        except Exception as error:
            if context.cancelled():
                return  # a message could not be written since the client had left, and nobody waits for an answer
            await _abort(context, error)

    return wrapped


async def _abort(context: grpc.aio.ServicerContext[Any, Any], error: Exception) -> None:
    if isinstance(error, grpc.aio.AbortError):
        raise error
    if isinstance(error, Internal) or not isinstance(error, PublicError):
        _log.error("rpc_failed", exc_info=error)
        error = Internal("unexpected")
    await context.abort(error.grpc_status, shown_words(error))
