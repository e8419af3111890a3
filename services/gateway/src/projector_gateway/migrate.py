"""Brings the database to the schema of this version: ``python -m projector_gateway.migrate``.

It may run any number of times and in any number of processes at once: the first one holds a lock until its transaction
commits, and the others then find nothing left to do.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from importlib.resources import as_file, files
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from projector_chassis.logging import configure_logging
from projector_chassis.settings import ServiceSettings
from projector_gateway import migrations
from projector_gateway.database import POSTGRESQL, SQLITE, begin_writing, create_engine

LATEST = "head"
_LOCK = 0x70726F6A  # any number that nobody else locks in this PostgreSQL database

_log = structlog.get_logger(__name__)


class MigrationSettings(ServiceSettings):
    """What the migrator can be told; environment names carry the prefix ``PROJECTOR_``."""

    database_url: str = "sqlite+aiosqlite:///projector.sqlite3"


class BrokenReferences(Exception):
    """A migration of SQLite left rows that refer to nothing; it has been rolled back."""


async def migrate(url: str, *, revision: str = LATEST) -> None:
    """Upgrade the schema in one transaction; a SQLite file and its folder are created where there are none.

    Args:
        url: database URL as ``Database.open`` takes it.
        revision: where to stop; tests begin with older schemas.

    Raises:
        BrokenReferences: rows would refer to nothing.
        SQLAlchemyError, OSError: the database cannot be reached or written.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == SQLITE and parsed.database:
        await asyncio.to_thread(Path(parsed.database).parent.mkdir, parents=True, exist_ok=True)
    engine = create_engine(url, enforces_foreign_keys=False)
    try:
        async with begin_writing(engine).begin() as connection:
            await connection.run_sync(_upgrade, revision)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    if connection.dialect.name == POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = MigrationContext.configure(connection).get_current_revision()
    with as_file(files(migrations)) as scripts:
        command.upgrade(alembic_config(connection, scripts), revision)
    if connection.dialect.name == SQLITE and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise BrokenReferences(f"{len(orphans)} rows of {orphans[0][0]} refer to rows that are not there.")
    after = MigrationContext.configure(connection).get_current_revision()
    _log.info("database_migrated", before=before, after=after)


def alembic_config(connection: Connection, scripts: Path) -> Config:
    """Alembic's settings for an open connection; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def main() -> int:
    """Migrate the database that the environment names; the exit status is 0 when its schema is up to date."""
    settings = MigrationSettings()
    configure_logging(service="migrate", level=settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        asyncio.run(migrate(settings.database_url))
    except (SQLAlchemyError, OSError, BrokenReferences, ValueError) as error:
        _log.error("migration_failed", error=str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
