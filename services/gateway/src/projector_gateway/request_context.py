"""The id of the request being served, made here and carried to every other process.

The middleware that fills it in is the outermost one: it also turns what nobody expected into a bare 500.
"""

from __future__ import annotations

import uuid
from contextvars import ContextVar

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = structlog.get_logger(__name__)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Id of the request that this task serves; empty outside of one."""
    return _request_id.get()


def begin_request() -> str:
    """Give the running task a new request id, in its logs too.

    Every request runs in a task of its own, so that nothing needs to be taken back at its end.
    """
    request_id = uuid.uuid4().hex
    _request_id.set(request_id)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


class RequestContext:
    """ASGI middleware: one id for each HTTP request and each WebSocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = begin_request()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        await self._app(scope, receive, send_with_id)
