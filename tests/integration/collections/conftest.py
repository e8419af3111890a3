"""Collections over HTTP, on each of the two databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from integration.collections.saved_views import CollectionsClient
from integration.collections.sources import Embeddings, JobsInMemory

from fixtures.databases import create_postgres_database, postgres_server, postgres_url, sqlite_url
from projector_gateway.collections import endpoints
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.service import CollectionService
from projector_gateway.database import Base, Database
from projector_gateway.migrate import migrate
from projector_gateway.problem import register_error_handlers

__all__ = ["postgres_server", "postgres_url", "sqlite_url"]  # fixtures


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database of either kind."""
    url = request.getfixturevalue(request.param)
    assert isinstance(url, str)
    return url


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_server: str) -> str:
    """A PostgreSQL database with today's schema, made once because it takes long."""
    url = create_postgres_database(postgres_server)
    asyncio.run(migrate(url))
    return url


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str) -> str:
    """A SQLite database with today's schema."""
    asyncio.run(migrate(sqlite_url))
    return sqlite_url


@pytest.fixture(params=["migrated_sqlite_url", "migrated_postgres_url"], ids=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """URL of a database of either kind with today's schema; it may hold an earlier test's rows."""
    url = request.getfixturevalue(request.param)
    assert isinstance(url, str)
    return url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A database of either kind with today's schema and no rows."""
    opened = await Database.open(migrated_url)
    async with opened.writing() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
    yield opened
    await opened.close()


@pytest.fixture
def embeddings() -> Embeddings:
    return Embeddings()


@pytest.fixture
def jobs() -> JobsInMemory:
    """Jobs of which one has published one frame."""
    jobs = JobsInMemory()
    jobs.publish()
    return jobs


@pytest.fixture
def limits() -> Limits:
    return replace(
        Limits(), collections_per_embedding=3, bookmarks_per_collection=3, selected_rows=4, file_bytes=20_000
    )


@pytest.fixture
async def collections(
    database: Database, embeddings: Embeddings, jobs: JobsInMemory, limits: Limits
) -> AsyncIterator[CollectionsClient]:
    """A client of the endpoints over that database."""
    service = CollectionService(database, embeddings=embeddings, jobs=jobs, frames=jobs, limits=limits)
    app = FastAPI()
    app.state.services = SimpleNamespace(collections=service)
    app.include_router(endpoints.router)
    register_error_handlers(app)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://projector") as http:
        yield CollectionsClient(http)
