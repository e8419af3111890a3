"""The schema: from nothing, from a filled first version, by many at once, on both databases."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from projector_gateway.collections.repository import CollectionRepository
from projector_gateway.database import Base, Database, begin_writing, create_engine
from projector_gateway.migrate import migrate

pytestmark = pytest.mark.integration

_FIRST = "0001"
_LATEST = "0005"
_FILLED = (
    "INSERT INTO layouts (digest, n_points, n_dims, event) VALUES ('abc', 1, 2, :event)",
    "INSERT INTO collections (id, embedding_id, embedding_digest, n_points, n_dims, name, source, version, created_at)"
    " VALUES ('c1', 'e1', 'd1', 1, 4, 'Old', 'user', 3, '2026-01-02 03:04:05+00:00')",
    "INSERT INTO bookmarks (id, collection_id, position, name, view, layout_digest, version, created_at)"
    " VALUES ('b1', 'c1', 0, 'First', '{}', 'abc', 1, '2026-01-02 03:04:05+00:00')",
)


async def test_the_migrated_schema_is_that_of_the_tables(database_url: str) -> None:
    await migrate(database_url)

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))

    engine = create_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_rows_of_the_first_schema_survive(database_url: str) -> None:
    await migrate(database_url, revision=_FIRST)
    engine = create_engine(database_url)
    async with begin_writing(engine).begin() as connection:
        for statement in _FILLED:
            await connection.execute(text(statement), {"event": b"\x00\xff"} if ":event" in statement else {})
    await engine.dispose()

    await migrate(database_url)

    database = await Database.open(database_url)
    async with database.reading() as session:
        (collection,) = await CollectionRepository(session).of_embedding("e1")
        bookmark = await CollectionRepository(session).read_bookmark("b1", to_export=True)
        layout = await CollectionRepository(session).read_layout("b1")
    await database.close()
    assert (collection.name, collection.version, collection.problems) == ("Old", 3, "[]")
    assert collection.created_at.isoformat() == "2026-01-02T03:04:05+00:00"
    assert [each.id for each in collection.bookmarks] == ["b1"]
    assert (bookmark.tensorboard_fields, bookmark.tensorboard_points) == (None, None)
    assert layout.event == b"\x00\xff"


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    await migrate(database_url)
    await migrate(database_url)

    assert await _revisions(database_url) == [_LATEST]


async def test_processes_that_migrate_at_once_do_not_disturb_each_other(database_url: str) -> None:
    environment = os.environ | {"PROJECTOR_DATABASE_URL": database_url}
    command = [sys.executable, "-m", "projector_gateway.migrate"]

    started = [await asyncio.create_subprocess_exec(*command, env=environment) for _ in range(3)]

    assert [await process.wait() for process in started] == [0, 0, 0]
    assert await _revisions(database_url) == [_LATEST]


async def test_a_failed_migration_leaves_the_old_schema(database_url: str) -> None:
    await migrate(database_url, revision=_FIRST)
    engine = create_engine(database_url)
    async with begin_writing(engine).begin() as connection:
        await connection.execute(text("CREATE TABLE config_imports (in_the_way INTEGER)"))

    with pytest.raises(Exception, match="config_imports"):
        await migrate(database_url)

    async with engine.connect() as connection:
        columns = await connection.run_sync(lambda sync: inspect(sync).get_columns("collections"))
    await engine.dispose()
    assert "problems" not in [column["name"] for column in columns]
    assert await _revisions(database_url) == [_FIRST]


async def test_references_are_enforced(database_url: str) -> None:
    await migrate(database_url)
    database = await Database.open(database_url)

    async def insert_orphan() -> None:
        async with database.writing() as session:
            await session.execute(text(_FILLED[-1]))

    with pytest.raises(IntegrityError):
        await insert_orphan()
    await database.close()


async def test_sqlite_connections_are_set_up(sqlite_url: str) -> None:
    await migrate(sqlite_url)
    database = await Database.open(sqlite_url)
    async with database.reading() as session:
        settings = {
            name: (await session.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
        }
    await database.close()

    normal = 1
    assert settings == {"foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 10_000, "synchronous": normal}


def test_a_database_that_cannot_be_reached_fails_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    environment = os.environ | {"PROJECTOR_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/file/projector.sqlite3"}

    ended = subprocess.run(
        [sys.executable, "-m", "projector_gateway.migrate"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "migration_failed" in ended.stderr
    assert "Traceback" not in ended.stderr


async def _revisions(url: str) -> list[str]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        revisions = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
    await engine.dispose()
    return list(revisions)
