"""Transactions that cannot get on: told in time, and nothing of them stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from projector_chassis.errors import InvalidArgument, Unavailable
from projector_gateway import database as database_module
from projector_gateway.collections.repository import CollectionRepository
from projector_gateway.database import Database

pytestmark = pytest.mark.integration

_ROW = (
    "INSERT INTO collections (id, embedding_id, embedding_digest, n_points, n_dims, name, source, version, created_at)"
    " VALUES ('c1', 'e1', 'd1', 1, 4, 'A', 'user', 1, '2026-01-02 03:04:05+00:00')"
)


@pytest.fixture
async def impatient(database: Database, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """The same database through connections that wait a moment only."""
    monkeypatch.setattr(database_module, "_STATEMENT_SECONDS", 0.3)
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0.3)
    async with database.writing() as session:
        await session.execute(text(_ROW))
    opened = await Database.open(migrated_url)
    yield opened
    await opened.close()


async def test_a_writer_that_waits_too_long_is_told_so(database: Database, impatient: Database) -> None:
    async def change() -> None:
        async with impatient.writing() as session:
            row = await CollectionRepository(session).read("c1", to_change=True)
            row.name = "B"

    async with asyncio.timeout(10), database.writing() as session:
        await CollectionRepository(session).read("c1", to_change=True)
        with pytest.raises(Unavailable, match="does not answer"):
            await change()
    await change()
    async with database.reading() as session:
        assert (await CollectionRepository(session).read("c1")).name == "B"


async def test_a_reader_never_waits_for_a_writer(database: Database, impatient: Database) -> None:
    async with database.writing() as session:
        row = await CollectionRepository(session).read("c1", to_change=True)
        row.name = "B"
        await session.flush()
        async with impatient.reading() as reader:
            assert (await CollectionRepository(reader).read("c1")).name == "A"


async def test_what_a_failed_block_wrote_is_taken_back(database: Database) -> None:
    async def fail() -> None:
        async with database.writing() as session:
            await session.execute(text(_ROW))
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        await fail()
    async with database.reading() as session:
        assert await CollectionRepository(session).of_embedding("e1") == []


async def test_a_database_that_is_away_is_unavailable() -> None:
    away = await Database.open("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable) as told:
        await away.is_reachable()
    await away.close()
    assert "127.0.0.1" not in told.value.message


@pytest.mark.parametrize("sqlstate", ["08006", "40001", "40P01", "53300", "55P03", "57014", "57P01", "57P03"])
async def test_a_postgresql_that_cannot_serve_at_the_moment_is_unavailable(postgres_url: str, sqlstate: str) -> None:
    database = await Database.open(postgres_url)
    with pytest.raises(Unavailable):
        await ask(database, f"DO $$ BEGIN RAISE SQLSTATE '{sqlstate}'; END $$")
    await database.close()


async def test_a_connection_that_postgresql_ends_is_unavailable(postgres_url: str) -> None:
    database = await Database.open(postgres_url)
    with pytest.raises(Unavailable):
        await ask(database, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert await database.is_reachable()
    await database.close()


async def test_text_that_postgresql_cannot_hold_is_refused(postgres_url: str) -> None:
    database = await Database.open(postgres_url)
    with pytest.raises(InvalidArgument, match="NUL"):
        await ask(database, "SELECT CAST(:given AS TEXT)", given="a\0b")
    await database.close()


async def ask(database: Database, statement: str, **parameters: str) -> None:
    async with database.reading() as session:
        await session.execute(text(statement), parameters)


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite:///x", "postgresql://h/d", "not a url"])
async def test_another_kind_of_database_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="database URL") as refused:
        await Database.open(url.replace("//h", "//me:secret@h"))
    assert "secret" not in str(refused.value)
