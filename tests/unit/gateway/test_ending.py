"""Tasks that are to end."""

from __future__ import annotations

import asyncio

import pytest

from projector_gateway import ending
from projector_gateway.ending import end


async def test_a_task_that_misses_its_first_cancellation_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_AGAIN_SECONDS", 0.01)
    n_missed = 0

    async def follow() -> None:
        nonlocal n_missed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                n_missed += 1
                if n_missed > 2:
                    raise

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task)
    assert task.cancelled()


async def test_however_tasks_end_nothing_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("on its own")

    async def wait() -> None:
        await asyncio.Event().wait()

    failed, waiting = asyncio.create_task(fail()), asyncio.create_task(wait())
    await asyncio.sleep(0)
    await end(failed, waiting)
    await end()
    assert isinstance(failed.exception(), ValueError)
    assert waiting.cancelled()
