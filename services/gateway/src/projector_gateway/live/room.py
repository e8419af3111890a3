"""The pages that have one embedding open: those of this gateway, and through Redis those of all.

Each page's place is one field of a Redis hash with the moment of its last sign of life, and every change is published;
what was missed is made up for by reading the whole hash again three times in ``PRESENCE_SECONDS``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Final, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from projector_chassis.errors import Unavailable
from projector_contracts.names import PRESENCE_SECONDS, presence_key
from projector_gateway.clients.redis import reaching_redis, subscribe
from projector_gateway.ending import end
from projector_gateway.live.messages import Here, encode_gone, encode_present
from projector_gateway.live.page import OpenPage
from projector_gateway.people.schemas import Person

MAX_PAGES = 500
_REFRESH_SECONDS = PRESENCE_SECONDS / 3
_RETRY_SECONDS = 1.0
_FLUSH_SECONDS = 0.1  # nobody's place is told more often than ten times a second

_PLACE: Final = """
local now = redis.call('TIME')[1]
local n_gone = tonumber(ARGV[3])
for i = 4, 3 + n_gone do
  if redis.call('HDEL', KEYS[1], ARGV[i]) == 1 then redis.call('PUBLISH', KEYS[1], ARGV[i] .. ' ') end
end
for i = 4 + n_gone, #ARGV, 3 do
  local id, event = ARGV[i], ARGV[i + 1]
  if redis.call('HLEN', KEYS[1]) < tonumber(ARGV[2]) or redis.call('HEXISTS', KEYS[1], id) == 1 then
    redis.call('HSET', KEYS[1], id, now .. ' ' .. event)
    if ARGV[i + 2] == '1' then redis.call('PUBLISH', KEYS[1], id .. ' ' .. event) end
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""
"""KEYS presence (also the channel); ARGV seconds, most pages, number of those that have gone, their ids, then id,
serialised PageEvent and whether it is new (1) of each that is there."""

_log = structlog.get_logger(__name__)


class Room:
    """Keeps pages told of each other, as long as one of this gateway is in it.

    Args:
        newest: a person by the name that is known now.
        on_empty: called when the last page of this gateway has gone and Redis was told so.
    """

    def __init__(
        self,
        embedding_id: str,
        *,
        redis: Redis,
        subscriptions: Redis,
        newest: Callable[[Person], Person],
        on_empty: Callable[[], None],
    ) -> None:
        self._key = presence_key(embedding_id)
        self._redis = redis
        self._subscriptions = subscriptions
        self._newest = newest
        self._on_empty = on_empty
        self._place = redis.register_script(_PLACE)
        self._here: dict[OpenPage, Here] = {}
        self._moved: set[OpenPage] = set()
        self._gone: set[str] = set()
        self._wake = asyncio.Event()
        self._told: dict[str, bytes] = {}
        """The newest PageEvent of each page of any gateway."""
        self._seen_at = asyncio.get_running_loop().time()
        self._following = asyncio.create_task(self._follow(), name=f"pages of {embedding_id}")
        self._writing = asyncio.create_task(self._write(), name=f"places in {embedding_id}")

    def enter(self, page: OpenPage, here: Here) -> None:
        """A page is in the room, or has moved in it; a new one is told at once who is there."""
        if page not in self._here:
            for page_id, event in self._told.items():
                page.tell_of_page(page_id, event)
        self._here[page] = here
        self._moved.add(page)
        self._wake.set()

    def leave(self, page: OpenPage) -> None:
        """A page has gone."""
        del self._here[page]
        self._moved.discard(page)
        self._gone.add(page.id)
        self._wake.set()

    async def aclose(self) -> None:
        """Take the pages of this gateway out of everybody's sight."""
        for page in list(self._here):
            self.leave(page)
        await asyncio.wait([self._writing])

    async def _write(self) -> None:
        """Tell Redis where this gateway's pages are until none is left."""
        loop = asyncio.get_running_loop()
        refresh_at = loop.time() + _REFRESH_SECONDS
        try:
            while self._here or self._gone:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(refresh_at):
                        await self._wake.wait()
                self._wake.clear()
                if loop.time() >= refresh_at:
                    refresh_at = loop.time() + _REFRESH_SECONDS
                    await self._flush(self._here.keys())
                else:
                    await self._flush(self._moved)
                if self._here:
                    await asyncio.sleep(_FLUSH_SECONDS)
        finally:
            self._on_empty()
            await end(self._following)

    async def _flush(self, pages: Collection[OpenPage]) -> None:
        gone = self._gone
        arguments: list[str | int | bytes] = [PRESENCE_SECONDS, MAX_PAGES, len(gone), *gone]
        for page in pages:
            event = encode_present(page.id, self._newest(page.person), self._here[page])
            arguments += page.id, event, int(page in self._moved)
        self._moved, self._gone = set(), set()
        try:
            with reaching_redis():
                await self._place(keys=[self._key], args=arguments)
        except Unavailable as error:
            _log.info("presence_not_written", reason=error.message)
        except Exception:  # whatever it was, the next time may succeed
            _log.exception("presence_not_written")

    async def _follow(self) -> None:
        while True:
            try:
                await self._listen()
            except Unavailable as error:
                _log.info("presence_not_followed", reason=error.message)
            except Exception:  # whatever it was, pages wait for what comes after it
                _log.exception("presence_not_followed")
            if asyncio.get_running_loop().time() - self._seen_at > PRESENCE_SECONDS:
                self._see_all({})
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        with reaching_redis():
            async with self._subscriptions.pubsub() as subscription:
                await subscribe(subscription, self._key)
                while True:
                    await self._read()
                    await self._hear(subscription, seconds=_REFRESH_SECONDS)

    async def _hear(self, subscription: PubSub, *, seconds: float) -> None:
        """See single changes as they come, for some time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (left := until - loop.time()) > 0:
            message = await subscription.get_message(timeout=left)
            if message is not None:
                page_id, _, event = cast(bytes, message["data"]).partition(b" ")
                self._see(page_id.decode(), event)

    async def _read(self) -> None:
        """See all that Redis knows."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.time()
            pipeline.hgetall(self._key)
            (now, _), places = cast(Any, await pipeline.execute())
        present: dict[str, bytes] = {}
        for page_id, place in places.items():
            moment, _, event = place.partition(b" ")
            if int(moment) >= now - PRESENCE_SECONDS:
                present[page_id.decode()] = event
        self._seen_at = asyncio.get_running_loop().time()
        self._see_all(present)

    def _see_all(self, present: dict[str, bytes]) -> None:
        for page_id in self._told.keys() - present.keys():
            self._see(page_id, b"")
        for page_id, event in present.items():
            self._see(page_id, event)

    def _see(self, page_id: str, event: bytes) -> None:
        """Tell this gateway's other pages what has become of one; nothing where they know it."""
        if self._told.get(page_id, b"") == event:
            return
        if event:
            self._told[page_id] = event
        else:
            del self._told[page_id]
        for page in self._here:
            if page.id != page_id:
                page.tell_of_page(page_id, event or encode_gone(page_id))
