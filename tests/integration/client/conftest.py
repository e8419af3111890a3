"""A gateway with its gRPC face in a thread of its own, so that the synchronous client can be tested against it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from integration.gateway.loader_service import LoaderService, serving_loader

from projector_cli.ports import free_port
from projector_gateway.main import create_app
from projector_gateway.migrate import migrate
from projector_gateway.settings import GatewaySettings

_START_SECONDS = 20


@dataclass
class GatewayThread:
    """A gateway that can be stopped and started again on the same port."""

    redis_url: str
    folder: Path
    address: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run while the block runs; yields the address of the gRPC face."""
        started, stop = threading.Event(), threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._serve(started, stop)))
        thread.start()
        try:
            assert started.wait(_START_SECONDS), "the gateway did not start"
            yield self.address
        finally:
            stop.set()
            thread.join()

    async def _serve(self, started: threading.Event, stop: threading.Event) -> None:
        async with AsyncExitStack() as stack:
            database_url = f"sqlite+aiosqlite:///{self.folder}/projector.sqlite3"
            await migrate(database_url)
            settings = GatewaySettings(
                redis_url=self.redis_url,
                loader_address=await stack.enter_async_context(serving_loader(LoaderService())),
                database_url=database_url,
                grpc_address=self.address,
            )
            app = create_app(settings)
            await stack.enter_async_context(app.router.lifespan_context(app))
            started.set()
            await asyncio.to_thread(stop.wait)


@pytest.fixture
def gateway_thread(redis_url: str, tmp_path: Path) -> GatewayThread:
    return GatewayThread(redis_url, tmp_path)


@pytest.fixture
def grpc_address(gateway_thread: GatewayThread) -> Iterator[str]:
    """Address of a running gateway's gRPC face."""
    with gateway_thread.running() as address:
        yield address
