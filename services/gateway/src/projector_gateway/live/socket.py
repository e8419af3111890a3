"""The WebSocket of an open page: serialised PageEvents down, nothing up."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, WebSocket

from projector_contracts.api.v1 import page_pb2
from projector_gateway.dependencies import RunsAnnouncerDependency
from projector_gateway.live.announcer import RunsAnnouncer

_RUNS_CHANGED = page_pb2.PageEvent(runs_changed=page_pb2.RunsChanged()).SerializeToString()

router = APIRouter(tags=["live"])


@router.websocket("/events")
async def stream_page_events(websocket: WebSocket, announcer: RunsAnnouncerDependency) -> None:
    """Tell a page what has changed since it connected. Many changes while it is slow are told as one."""
    await websocket.accept()
    telling = asyncio.create_task(_tell(websocket, announcer))
    leaving = asyncio.create_task(_wait_until_left(websocket))
    both = {telling, leaving}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _tell(websocket: WebSocket, announcer: RunsAnnouncer) -> None:
    changed = asyncio.Event()
    told = announcer.version
    with announcer.waking(changed):
        while True:
            await changed.wait()
            changed.clear()
            if announcer.version != told:
                told = announcer.version
                await websocket.send_bytes(_RUNS_CHANGED)


async def _wait_until_left(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        continue
