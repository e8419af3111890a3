"""Following the loader's runs: every change is announced once, whatever happens to the stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from structlog.testing import capture_logs

from fixtures.waiting import until
from projector_chassis.errors import Deadline, Unavailable
from projector_gateway.clients.loader import Loader
from projector_gateway.live import announcer as module
from projector_gateway.live.announcer import RunsAnnouncer


class LoaderInMemory:
    """Streams listings and errors in the order in which a test puts them."""

    def __init__(self) -> None:
        self.coming: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.n_open = 0

    async def watch_runs(self) -> AsyncIterator[bytes]:
        self.n_open += 1
        try:
            while True:
                listing = await self.coming.get()
                if isinstance(listing, Exception):
                    raise listing
                yield listing
        finally:
            self.n_open -= 1


@asynccontextmanager
async def announcing(loader: LoaderInMemory) -> AsyncIterator[RunsAnnouncer]:
    announcer = RunsAnnouncer(cast(Loader, loader))
    announcer.start()
    try:
        yield announcer
    finally:
        await announcer.aclose()
    assert loader.n_open == 0


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0)


@pytest.fixture
def loader() -> LoaderInMemory:
    return LoaderInMemory()


async def put(loader: LoaderInMemory, *listings: bytes | Exception) -> None:
    """Let the loader stream, and wait until all has been taken."""
    for listing in listings:
        loader.coming.put_nowait(listing)
    await until(lambda: loader.coming.empty() and loader.n_open == 1, what="the listings to be read")


async def test_every_listing_that_differs_is_a_change(loader: LoaderInMemory) -> None:
    async with announcing(loader) as announcer:
        await put(loader, b"a", b"a", b"b", b"a")
        assert announcer.version == 3


async def test_every_page_is_woken(loader: LoaderInMemory) -> None:
    one, other, gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
    async with announcing(loader) as announcer:
        with announcer.waking(gone):
            pass
        with announcer.waking(one), announcer.waking(other):
            assert announcer.n_listeners == 2
            await put(loader, b"a")
            assert (one.is_set(), other.is_set(), gone.is_set()) == (True, True, False)
        assert announcer.n_listeners == 0


@pytest.mark.parametrize("error", [Deadline("over"), Unavailable("away"), ValueError("a mistake of ours")])
async def test_a_stream_that_ends_is_taken_up_again(loader: LoaderInMemory, error: Exception) -> None:
    with capture_logs() as logs:
        async with announcing(loader) as announcer:
            await put(loader, b"a", error, b"a")
            assert announcer.version == 1
            await put(loader, error, b"b")
            assert announcer.version == 2
    failed = [log for log in logs if log["log_level"] == "error"]
    assert len(failed) == (2 if isinstance(error, ValueError) else 0)
