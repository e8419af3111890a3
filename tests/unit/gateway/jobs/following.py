"""Waiting for a feed, woken by the feed itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from projector_gateway.jobs.feed import JobFeed

_PATIENCE_SECONDS = 5.0


async def until(feed: JobFeed, holds: Callable[[], bool]) -> None:
    """Wait until something holds that changes with the feed."""
    changed = asyncio.Event()
    async with asyncio.timeout(_PATIENCE_SECONDS):
        with feed.waking(changed):
            while not holds():
                await changed.wait()
                changed.clear()


async def until_newest(feed: JobFeed, sequence: int) -> None:
    """Wait until the feed has a frame."""
    await until(feed, lambda: feed.newest == sequence)


async def until_final(feed: JobFeed) -> None:
    """Wait until the feed has the job's last state."""
    await until(feed, lambda: feed.is_final)


async def until_lost(feed: JobFeed) -> None:
    """Wait until the feed has ended before its job."""
    await until(feed, lambda: feed.is_lost)
