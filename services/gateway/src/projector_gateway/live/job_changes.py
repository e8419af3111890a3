"""Tells pages that the list of an embedding's jobs has changed; one Redis subscription a gateway."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from projector_chassis.errors import Unavailable
from projector_contracts.names import JOBS_CHANNEL
from projector_gateway.clients.redis import COMMAND_SECONDS, reaching_redis, subscribe
from projector_gateway.ending import end
from projector_gateway.live.page import OpenPage

_RETRY_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class JobChanges:
    """Follows the channel ``jobs`` from ``start`` to ``aclose``."""

    def __init__(self, subscriptions: Redis) -> None:
        self._subscriptions = subscriptions
        self._pages: defaultdict[str, set[OpenPage]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow(), name="changes of jobs")

    async def aclose(self) -> None:
        if self._task is not None:
            await end(self._task)

    def enter(self, page: OpenPage) -> None:
        """Tell the page of its embedding's jobs from now on."""
        self._pages[page.embedding_id].add(page)

    def leave(self, page: OpenPage) -> None:
        """Tell it no more."""
        pages = self._pages[page.embedding_id]
        pages.discard(page)
        if not pages:
            del self._pages[page.embedding_id]

    async def _follow(self) -> None:
        while True:
            try:
                await self._listen()
            except Unavailable as error:
                _log.info("job_changes_not_followed", reason=error.message)
            except Exception:  # whatever it was, pages wait for what comes after it
                _log.exception("job_changes_not_followed")
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        with reaching_redis():
            async with self._subscriptions.pubsub() as subscription:
                await subscribe(subscription, JOBS_CHANNEL)
                self._tell_all()
                while True:
                    message = await self._next(subscription)
                    if message["type"] == "message":
                        self._tell(message["data"].decode(errors="replace"))

    async def _next(self, subscription: PubSub) -> dict[str, Any]:
        """The next message; a Redis that went away without a word is noticed."""
        message: dict[str, Any] | None = await subscription.get_message(timeout=COMMAND_SECONDS)
        if message is None:
            await subscription.ping()
            message = await subscription.get_message(timeout=COMMAND_SECONDS)
        if message is None:
            raise TimeoutError
        return message

    def _tell(self, embedding_id: str) -> None:
        for page in self._pages.get(embedding_id, ()):
            page.tell_of_jobs()

    def _tell_all(self) -> None:
        """Something may have changed while nobody listened."""
        for pages in self._pages.values():
            for page in pages:
                page.tell_of_jobs()
