"""A client's messages are read no faster than is allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from projector_chassis.errors import InvalidArgument
from projector_gateway.listening import Allowance, messages

RECEIVE = "websocket.receive"
ALLOWANCE = Allowance(per_second=200, burst=10)


async def socket(*events: Message) -> WebSocket:
    """An accepted connection on which all of this has come already."""
    up: asyncio.Queue[Message] = asyncio.Queue()
    for event in ({"type": "websocket.connect"}, *events):
        up.put_nowait(event)
    opened = WebSocket({"type": "websocket"}, up.get, _ignore)
    await opened.accept()
    return opened


async def _ignore(message: Message) -> None:
    pass


async def read(opened: WebSocket, note: Callable[[bytes], None]) -> None:
    with suppress(WebSocketDisconnect):
        async for content in messages(opened, ALLOWANCE):
            note(content)


async def test_whoever_sends_too_many_waits() -> None:
    sent = [b"%d" % number for number in range(30)]
    opened = await socket(*({"type": RECEIVE, "bytes": each} for each in sent), {"type": "websocket.disconnect"})
    loop = asyncio.get_running_loop()
    start, came = loop.time(), list[tuple[float, bytes]]()
    await read(opened, lambda content: came.append((loop.time() - start, content)))
    assert [content for _, content in came] == sent, "some were lost"
    assert came[ALLOWANCE.burst - 1][0] < 0.5 * (20 / ALLOWANCE.per_second), "a burst had to wait"
    assert came[-1][0] >= 0.9 * (20 / ALLOWANCE.per_second)


async def test_text_is_refused() -> None:
    with pytest.raises(InvalidArgument):
        await anext(messages(await socket({"type": RECEIVE, "text": "hello"}), ALLOWANCE))
