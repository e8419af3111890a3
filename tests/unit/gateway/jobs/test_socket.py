"""A watcher's WebSocket between its first and its last message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, cast

import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.types import Message
from structlog.testing import capture_logs
from unit.gateway.jobs.redis_in_memory import JOB_ID, RedisInMemory

from projector_chassis.errors import NotFound
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.clients.frames import FrameStore
from projector_gateway.dependencies import Services
from projector_gateway.jobs import socket
from projector_gateway.jobs.feed import JobFeeds
from projector_gateway.jobs.watchers import Watchers


class Client:
    """A client of the real endpoint, without a network."""

    def __init__(self, *, feeds: Any, frames: FrameStore) -> None:
        self.app = FastAPI()
        nobody = dict.fromkeys((field.name for field in fields(Services)), cast(Any, None))
        watchers = Watchers(Redis(), newest=lambda person: person)
        self.app.state.services = Services(**nobody | {"feeds": feeds, "frames": frames, "watchers": watchers})
        self.app.include_router(socket.router)
        self.up: asyncio.Queue[Message] = asyncio.Queue()
        self.down: list[Message] = []

    async def converse(self, *messages: Message) -> None:
        """Connect, send, and listen until the server has closed or we have."""
        for message in ({"type": "websocket.connect"}, *messages):
            self.up.put_nowait(message)
        scope = {
            "type": "websocket",
            "path": f"/jobs/{JOB_ID}/events",
            "query_string": b"",
            "headers": [],
            "subprotocols": [],
        }
        async with asyncio.timeout(5):
            await self.app(scope, self.up.get, self._take)

    async def _take(self, message: Message) -> None:
        self.down.append(message)

    @property
    def closed(self) -> tuple[int, str]:
        """Code and reason of the server's last message."""
        last = self.down[-1]
        assert last["type"] == "websocket.close"
        return last["code"], last.get("reason") or ""


class FailingFeeds:
    """Feeds of jobs that are not there."""

    def __init__(self, words: str) -> None:
        self._words = words

    @asynccontextmanager
    async def of(self, job_id: str) -> AsyncIterator[Any]:
        raise NotFound(self._words)
        yield


@pytest.fixture
def client(feeds: JobFeeds, frames: FrameStore) -> Client:
    return Client(feeds=feeds, frames=frames)


async def test_an_ended_job_is_told_whole_and_closed(client: Client, redis: RedisInMemory) -> None:
    redis.put_frames(3)
    redis.put_state(job_pb2.FINISHED)
    await client.converse()
    events = [job_pb2.JobEvent.FromString(message["bytes"]) for message in client.down[1:-1]]
    assert [event.WhichOneof("event") for event in events] == ["frame", "state"]
    assert events[0].frame.sequence == 3
    assert client.closed == (1000, "")


@pytest.mark.parametrize("words", ["ü" * 200, "🙂" * 50, "x" * 123])
async def test_a_long_reason_is_cut_between_two_characters(frames: FrameStore, words: str) -> None:
    client = Client(feeds=FailingFeeds(words), frames=frames)
    await client.converse()
    code, reason = client.closed
    assert code == 4404
    assert words.startswith(reason)
    assert 120 <= len(reason.encode()) <= 123


@pytest.mark.parametrize(
    "message", [{"text": "hello"}, {"bytes": b"\xff"}, {"bytes": b""}, {"text": None, "bytes": None}]
)
async def test_what_is_no_acknowledgement_closes_and_frees(
    client: Client, feeds: JobFeeds, message: dict[str, Any]
) -> None:
    await client.converse({"type": "websocket.receive", **message})
    assert client.closed[0] == 1008
    assert len(feeds) == 0


async def test_a_client_that_leaves_is_freed_without_an_error(client: Client, feeds: JobFeeds) -> None:
    with capture_logs() as logs:
        await client.converse({"type": "websocket.disconnect", "code": 1001})
    assert "websocket.close" not in [message["type"] for message in client.down]
    assert len(feeds) == 0
    assert logs == []
