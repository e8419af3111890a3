"""Waiting inside an event loop, with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_INTERVAL_SECONDS = 0.01


async def until(is_true: Callable[[], bool], *, what: str, seconds: float = 10) -> None:
    """Ask again and again until the answer is true.

    Raises:
        AssertionError: it did not become true in time; the message names ``what`` was waited for.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not is_true():
        assert loop.time() < deadline, f"waited {seconds:g} s in vain for {what}"
        await asyncio.sleep(_INTERVAL_SECONDS)
