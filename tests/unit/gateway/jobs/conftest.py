"""A job in memory and the feeds that follow it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import cast

import pytest
from redis.asyncio import Redis
from unit.gateway.jobs.redis_in_memory import RedisInMemory

from projector_gateway.clients.frames import FrameStore
from projector_gateway.jobs.feed import JobFeeds


@pytest.fixture
def redis() -> RedisInMemory:
    return RedisInMemory()


@pytest.fixture
def frames(redis: RedisInMemory) -> FrameStore:
    return FrameStore(cast(Redis, redis))


@pytest.fixture
async def feeds(redis: RedisInMemory, frames: FrameStore) -> AsyncIterator[JobFeeds]:
    feeds = JobFeeds(cast(Redis, redis), frames)
    yield feeds
    await feeds.aclose()
