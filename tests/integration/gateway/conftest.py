"""A real gateway on a free port, with a real Redis and a loader spoken to over gRPC."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from integration.gateway.loader_service import LoaderService, serving_loader
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis

from fixtures.waiting import until
from projector_gateway.dependencies import Services
from projector_gateway.main import build_server
from projector_gateway.migrate import migrate
from projector_gateway.settings import GatewaySettings


@dataclass(frozen=True)
class RunningGateway:
    """A served gateway of this very process."""

    port: int
    app: FastAPI
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def services(self) -> Services:
        services = self.app.state.services
        assert isinstance(services, Services)
        return services

    def events_url(self, job_id: str, after: int | None = None) -> str:
        """Address of a job's WebSocket."""
        query = "" if after is None else f"?after={after}"
        return f"ws://127.0.0.1:{self.port}/api/v1/jobs/{job_id}/events{query}"


@asynccontextmanager
async def serving_gateway(settings: GatewaySettings) -> AsyncIterator[RunningGateway]:
    """Serve a gateway in this event loop."""
    server = build_server(settings)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started or serving.done(), what="the gateway to start")
    assert server.started, "the gateway ended while it started"
    app = server.config.app
    assert isinstance(app, FastAPI)
    try:
        yield RunningGateway(server.servers[0].sockets[0].getsockname()[1], app, server)
    finally:
        server.should_exit = True
        await serving


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with today's schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "projector.sqlite3"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def loader_service() -> LoaderService:
    return LoaderService()


@pytest.fixture
async def settings(
    redis_url: str, loader_service: LoaderService, migrated_file: Path, tmp_path: Path
) -> AsyncIterator[GatewaySettings]:
    """Settings of a gateway whose Redis, loader and database answer."""
    shutil.copy(migrated_file, tmp_path / "projector.sqlite3")
    async with serving_loader(loader_service) as loader_address:
        yield GatewaySettings(
            port=0,
            redis_url=redis_url,
            loader_address=loader_address,
            database_url=f"sqlite+aiosqlite:///{tmp_path}/projector.sqlite3",
            page_directory=tmp_path / "page",
            neighbors_deadline_seconds=1,
            quality_deadline_seconds=1,
        )


@pytest.fixture
async def gateway(settings: GatewaySettings) -> AsyncIterator[RunningGateway]:
    async with serving_gateway(settings) as running:
        yield running


@pytest.fixture
async def http(gateway: RunningGateway) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway's REST interface."""
    async with httpx.AsyncClient(base_url=gateway.url, timeout=20) as client:
        yield client


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the same Redis that the gateway uses."""
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def stored_job(redis: Redis) -> StoredJob:
    """A queued job that a test moves on as a worker would."""
    job = StoredJob(redis)
    await job.create()
    return job
