"""What every open page is told without asking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from integration.gateway.conftest import RunningGateway
from integration.gateway.loader_service import LoaderService
from websockets.asyncio.client import ClientConnection, connect

from fixtures.waiting import until
from projector_contracts.api.v1 import page_pb2

pytestmark = pytest.mark.integration
_PATIENCE_SECONDS = 10.0


@pytest.fixture
async def pages(gateway: RunningGateway, loader_service: LoaderService) -> AsyncIterator[list[ClientConnection]]:
    """Two open pages that know the runs as they are."""
    await until(lambda: gateway.services.live.runs.version > 0, what="the first listing")
    url = f"ws://127.0.0.1:{gateway.port}/api/v1/events"
    async with connect(url) as first, connect(url) as second:
        yield [first, second]


async def told(page: ClientConnection) -> page_pb2.PageEvent:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        content = await page.recv()
    assert isinstance(content, bytes)
    return page_pb2.PageEvent.FromString(content)


async def test_changed_files_are_told_to_every_page(
    pages: list[ClientConnection], loader_service: LoaderService, http: httpx.AsyncClient
) -> None:
    loader_service.change_files()

    events = [await told(page) for page in pages]

    assert [event.WhichOneof("event") for event in events] == ["runs_changed", "runs_changed"]


async def test_a_page_that_leaves_is_forgotten(gateway: RunningGateway, pages: list[ClientConnection]) -> None:
    await pages[0].close()
    await until(lambda: gateway.services.live.runs.n_listeners == 1, what="the page to be forgotten")
