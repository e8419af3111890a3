"""Readiness: what is missing is named, and nothing that hangs keeps the answer."""

from __future__ import annotations

import asyncio

import pytest

from projector_gateway import health
from projector_gateway.health import find_missing


async def _holds() -> bool:
    return True


async def _fails() -> bool:
    return False


async def _raises() -> bool:
    raise OSError("no route")


async def _hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def test_parts_that_answer_are_not_missing() -> None:
    assert await find_missing({"redis": _holds, "loader": _holds}) == []


async def test_parts_that_fail_raise_or_hang_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_CHECK_SECONDS", 0.05)
    checks = {"redis": _hangs, "loader": _raises, "database": _fails, "queue": _holds}
    assert await find_missing(checks) == ["redis", "loader", "database"]


async def test_parts_are_asked_at_the_same_time() -> None:
    everybody_is_asked = asyncio.Barrier(3)

    async def meets() -> bool:
        await everybody_is_asked.wait()
        return True

    assert await find_missing({"a": meets, "b": meets, "c": meets}) == []
