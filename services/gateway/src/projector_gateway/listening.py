"""What a client sends over a WebSocket, and how much of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect

from projector_chassis.errors import InvalidArgument


@dataclass(frozen=True)
class Allowance:
    """How many messages of a client are read.

    Attributes:
        per_second: in the long run.
        burst: at once.
    """

    per_second: float
    burst: int


async def messages(websocket: WebSocket, allowance: Allowance) -> AsyncIterator[bytes]:
    """Binary messages as they come, and no faster than is allowed: whoever sends more waits, and not everybody else.

    While messages wait here, the server reads no more of the connection. Closing it would be worse: what comes until
    the client has taken note of that is read and thrown away.

    Raises:
        WebSocketDisconnect: the client has gone.
        InvalidArgument: it sent text.
    """
    loop = asyncio.get_running_loop()
    paid_until = loop.time()
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        content = message.get("bytes")
        if content is None:
            raise InvalidArgument("Text was received; only binary messages are understood.")
        now = loop.time()
        paid_until = max(paid_until, now) + 1 / allowance.per_second
        too_early_seconds = paid_until - now - allowance.burst / allowance.per_second
        if too_early_seconds > 0:
            await asyncio.sleep(too_early_seconds)
        yield content
