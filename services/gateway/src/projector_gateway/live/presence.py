"""Which pages have which embedding open."""

from __future__ import annotations

from collections.abc import Callable

from redis.asyncio import Redis

from projector_gateway.live.messages import Here
from projector_gateway.live.page import OpenPage
from projector_gateway.live.room import Room
from projector_gateway.people.schemas import Person


class Presence:
    """The rooms of this gateway's pages: made for an embedding's first page, freed after its last."""

    def __init__(self, redis: Redis, subscriptions: Redis, *, newest: Callable[[Person], Person]) -> None:
        self._redis = redis
        self._subscriptions = subscriptions
        self._newest = newest
        self._rooms: dict[str, Room] = {}

    def __len__(self) -> int:
        return len(self._rooms)

    def place(self, page: OpenPage, here: Here) -> None:
        """Tell the other pages of its embedding where a page is."""
        embedding_id = page.embedding_id
        room = self._rooms.get(embedding_id)
        if room is None:
            room = self._rooms[embedding_id] = Room(
                embedding_id,
                redis=self._redis,
                subscriptions=self._subscriptions,
                newest=self._newest,
                on_empty=lambda: self._free(embedding_id),
            )
        room.enter(page, here)

    def leave(self, page: OpenPage) -> None:
        """Tell the other pages of its embedding that a page has gone."""
        self._rooms[page.embedding_id].leave(page)

    async def aclose(self) -> None:
        """Take every page of this gateway out of sight."""
        for room in list(self._rooms.values()):
            await room.aclose()

    def _free(self, embedding_id: str) -> None:
        del self._rooms[embedding_id]
