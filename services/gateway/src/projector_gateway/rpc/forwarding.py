"""Messages that are serialised already are sent as they are: reading 12 MB to write them again takes milliseconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio


class ForwardedBytes(grpc.aio.ServerInterceptor):
    """Lets streaming calls answer with the bytes of messages beside messages."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_stream is None or handler.response_serializer is None:
            return handler
        serialise = handler.response_serializer
        return grpc.unary_stream_rpc_method_handler(
            handler.unary_stream,
            handler.request_deserializer,
            lambda message: message if isinstance(message, bytes) else serialise(message),
        )
