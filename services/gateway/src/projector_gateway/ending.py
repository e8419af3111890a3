"""Ending tasks for sure.

Until Python 3.12 ``asyncio.wait_for`` drops a cancellation that comes in the moment in which what it waits for is done,
and redis-py sends every command through it. A task that follows something for ever would never hear of its end.
"""

from __future__ import annotations

import asyncio
from typing import Any

_AGAIN_SECONDS = 1.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, again where one goes on, and wait until all have ended, however they did."""
    going_on: set[asyncio.Task[Any]] = set(tasks)
    while going_on:
        for task in going_on:
            task.cancel()
        _, going_on = await asyncio.wait(going_on, timeout=_AGAIN_SECONDS)
