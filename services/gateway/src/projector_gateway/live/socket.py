"""The WebSocket of an open page: serialised PageEvents down, PageClientEvents up."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from projector_chassis.errors import PublicError
from projector_gateway.closing import close_with
from projector_gateway.dependencies import LiveDependency, PersonDependency
from projector_gateway.ending import end
from projector_gateway.listening import Allowance, messages
from projector_gateway.live.announcer import RunsAnnouncer
from projector_gateway.live.messages import RUNS_CHANGED, Here, decode_page_event
from projector_gateway.live.page import OpenPage
from projector_gateway.live.pages import Live

_PAUSE_SECONDS = 0.1
# Of all sockets of a gateway together: where many people move at once, each is told more rarely.
_EVENTS_PER_SECOND = 5_000
_ALLOWANCE = Allowance(per_second=50, burst=200)  # a page says where it is ten times a second at most

router = APIRouter(tags=["live"])


@router.websocket("/events")
async def stream_page_events(websocket: WebSocket, live: LiveDependency, person: PersonDependency) -> None:
    """Tell a page what has changed since it connected, and others where it is."""
    await websocket.accept()
    page = OpenPage(person)
    telling = asyncio.create_task(_tell(websocket, page, live.runs))
    listening = asyncio.create_task(_listen(websocket, page, live))
    both = {telling, listening}
    try:
        ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    except PublicError as error:
        await close_with(websocket, error)
    except WebSocketDisconnect:
        return
    finally:
        live.leave(page)
        await end(*both)


async def _tell(websocket: WebSocket, page: OpenPage, runs: RunsAnnouncer) -> None:
    told = runs.version
    with runs.waking(page.is_due):
        while True:
            await page.is_due.wait()
            events = page.take()
            if runs.version != told:
                told = runs.version
                events.append(RUNS_CHANGED)
            for event in events:
                await websocket.send_bytes(event)
            await asyncio.sleep(max(_PAUSE_SECONDS, len(events) * runs.n_listeners / _EVENTS_PER_SECOND))


async def _listen(websocket: WebSocket, page: OpenPage, live: Live) -> None:
    async for content in messages(websocket, _ALLOWANCE):
        here: Here = decode_page_event(content)
        live.place(page, here)
