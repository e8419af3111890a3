"""A watcher's WebSocket: serialised JobEvents down, what it has drawn, and whether it is seen, up."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect

from projector_chassis.errors import PublicError
from projector_contracts.names import JobId
from projector_gateway.closing import close_with
from projector_gateway.dependencies import FeedsDependency, FramesDependency, PersonDependency, WatchersDependency
from projector_gateway.ending import end
from projector_gateway.jobs.ack_window import AckWindow
from projector_gateway.jobs.messages import Drawn, Visibility, decode_client_event
from projector_gateway.jobs.watch import Watch
from projector_gateway.listening import Allowance, messages

_FINISHED = 1000
_ALLOWANCE = Allowance(per_second=500, burst=1_000)  # a screen draws 240 frames a second at most

router = APIRouter(tags=["jobs"])


@router.websocket("/jobs/{job_id}/events")
async def stream_events(
    websocket: WebSocket,
    job_id: JobId,
    feeds: FeedsDependency,
    frames: FramesDependency,
    watchers: WatchersDependency,
    person: PersonDependency,
    after: Annotated[int | None, Query(ge=0)] = None,
) -> None:
    """Stream a job's events; accepted first and closed then, because a browser sees no code of a refused handshake."""
    await websocket.accept()
    try:
        async with feeds.of(job_id) as feed:
            watch = Watch(job_id, feed, frames, after=after, window=AckWindow())
            with watchers.noting(job_id, person, has_ended=feed.is_final):
                await _converse(websocket, watch)
        await websocket.close(_FINISHED)
    except PublicError as error:
        await close_with(websocket, error)
    except WebSocketDisconnect:
        return


async def _converse(websocket: WebSocket, watch: Watch) -> None:
    """Send and listen until the job has ended or the client has gone (``WebSocketDisconnect``)."""
    sending = asyncio.create_task(_send(websocket, watch))
    listening = asyncio.create_task(_listen(websocket, watch))
    both = {sending, listening}
    try:
        ended, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        await end(*both)


async def _send(websocket: WebSocket, watch: Watch) -> None:
    async with aclosing(watch.events()) as events:
        async for event in events:
            await websocket.send_bytes(event)


async def _listen(websocket: WebSocket, watch: Watch) -> None:
    async for content in messages(websocket, _ALLOWANCE):
        match decode_client_event(content):
            case Drawn(sequence):
                watch.acknowledge(sequence)
            case Visibility(is_hidden):
                watch.hide() if is_hidden else watch.show()
