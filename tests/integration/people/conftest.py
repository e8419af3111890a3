"""The session over HTTP, on each of the two databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from integration.collections.conftest import database, migrated_postgres_url, migrated_sqlite_url, migrated_url

from projector_gateway.database import Database
from projector_gateway.dependencies import PersonDependency, Services
from projector_gateway.people import endpoints
from projector_gateway.people.guests import Guests
from projector_gateway.people.schemas import Person
from projector_gateway.problem import register_error_handlers

__all__ = ["database", "migrated_postgres_url", "migrated_sqlite_url", "migrated_url"]  # fixtures


class Calendar:
    """The time, as tests want it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def guests(database: Database, calendar: Calendar) -> Guests:
    return Guests(database, max_guests=3, now=calendar)


@pytest.fixture
def app(guests: Guests) -> FastAPI:
    """The session's endpoints, and one that tells whom it takes somebody for."""
    app = FastAPI()
    app.state.services = only(guests)
    app.include_router(endpoints.router)
    register_error_handlers(app)

    @app.get("/whoami")
    async def whoami(person: PersonDependency) -> Person:
        return person

    return app


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser: it keeps cookies."""
    async with browsing(app) as client:
        yield client


def only(guests: Guests) -> Services:
    """An application's services of which there are no others."""
    nobody = dict.fromkeys((field.name for field in fields(Services)), cast(Any, None))
    return Services(**nobody | {"guests": guests})


def browsing(app: FastAPI, base_url: str = "http://projector:8080") -> httpx.AsyncClient:
    """Another browser."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url)
