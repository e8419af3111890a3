"""The one database of the projector: SQLite on one machine, PostgreSQL behind several gateways.

Whoever needs it takes a transaction: ``async with database.writing() as session``. It commits at the end of the block
and rolls back when the block raises. One request takes one transaction and commits before its answer is sent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import DateTime, Dialect, MetaData, TypeDecorator, event, exc, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from projector_chassis.errors import InvalidArgument, Unavailable

SQLITE = "sqlite"
POSTGRESQL = "postgresql"
_DRIVERS = {"sqlite+aiosqlite": SQLITE, "postgresql+asyncpg": POSTGRESQL}
_BUSY_SECONDS = 10
"""How long a writer of SQLite waits for another one."""
_POOL_SECONDS = 10
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 30
"""How long PostgreSQL may take for one statement of a request, waiting for other writers included."""
_PASSING_STATES = ("08", "40", "53", "55", "57")
"""How SQLSTATEs of PostgreSQL begin that another try may not meet: the connection, a rollback such as after a deadlock,
resources, a lock, an operator. Source: PostgreSQL's documentation, appendix A."""
_NOT_IN_REPERTOIRE = "22021"
_WRITES = "projector_writes"
"""Execution option of connections whose transactions write."""

_log = structlog.get_logger(__name__)


class UtcDateTime(TypeDecorator[datetime]):
    """Moments with a time zone, kept as UTC; SQLite itself would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table. Constraints have names, because SQLite can only alter what can be named."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads the plain attribute


class Database:
    """Engine and transactions; ``open`` it, ``close`` it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._readers = engine.execution_options(**_reading_options(engine.dialect.name))
        self._writers = engine.execution_options(**{_WRITES: True})

    @classmethod
    async def open(cls, url: str) -> Database:
        """Connect lazily to the database of ``url``; its schema is the migrator's business.

        Raises:
            ValueError: the URL is not one of the two kinds.
        """
        return cls(create_engine(url, statement_seconds=_STATEMENT_SECONDS))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one moment of the database and writes nothing.

        Raises:
            InvalidArgument: a text holds NUL, which PostgreSQL refuses.
            Unavailable: the database cannot be reached or is too busy.
        """
        async with _transaction(self._readers) as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that may write. SQLite has one at a time; the others wait for their turn.

        Raises:
            InvalidArgument: as ``reading``.
            Unavailable: the database cannot be reached or is too busy.
        """
        async with _transaction(self._writers) as session:
            yield session

    async def is_reachable(self) -> bool:
        """Whether the database answers."""
        async with self.reading() as session:
            return bool(await session.scalar(text("SELECT 1")))


def create_engine(
    url: str, *, enforces_foreign_keys: bool = True, statement_seconds: float | None = None
) -> AsyncEngine:
    """An engine whose SQLite connections have the projector's settings and honest transactions.

    Args:
        url: ``sqlite+aiosqlite:///path`` or ``postgresql+asyncpg://...``.
        enforces_foreign_keys: False only while migrating SQLite, where altering a table drops and renames it.
        statement_seconds: how long PostgreSQL may take for a statement; None: as long as it needs.

    Raises:
        ValueError: the URL is not one of the two kinds; the message does not repeat it, since it may hold a password.
    """
    try:
        driver = make_url(url).drivername
    except exc.ArgumentError as error:
        raise ValueError("The database URL cannot be read.") from error
    if driver not in _DRIVERS:
        raise ValueError(f"The database URL begins with {driver}; it must begin with {' or '.join(_DRIVERS)}.")
    if _DRIVERS[driver] == POSTGRESQL:
        return create_async_engine(
            url,
            pool_pre_ping=True,
            pool_timeout=_POOL_SECONDS,
            connect_args={"timeout": _CONNECT_SECONDS, "command_timeout": statement_seconds},
        )
    engine = create_async_engine(url, pool_timeout=_POOL_SECONDS, connect_args={"timeout": _BUSY_SECONDS})

    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions late and never for reads
        cursor = connection.cursor()
        for pragma in _sqlite_pragmas(enforces_foreign_keys):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _sqlite_pragmas(enforces_foreign_keys: bool) -> tuple[str, ...]:
    return (
        f"busy_timeout={int(_BUSY_SECONDS * 1000)}",
        f"foreign_keys={'ON' if enforces_foreign_keys else 'OFF'}",
        "journal_mode=WAL",
        "synchronous=NORMAL",  # with WAL a power cut may lose the last transactions, never the file
    )


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a reader that begins to write later could not wait for another writer."""
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_into(session: AsyncSession, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insertion that may say what happens on a conflict; both databases understand the same words."""
    is_postgresql = session.get_bind().dialect.name == POSTGRESQL
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def begin_writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, whose transactions take the write lock at their beginning."""
    return engine.execution_options(**{_WRITES: True})


def _reading_options(dialect: str) -> dict[str, object]:
    if dialect == POSTGRESQL:
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return {}


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    try:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, OSError) as error:
        raise _unavailable(error) from error
    except exc.DBAPIError as error:
        state = str(getattr(error.orig, "sqlstate", None) or "")
        if error.connection_invalidated or state.startswith(_PASSING_STATES):
            raise _unavailable(error) from error
        if state == _NOT_IN_REPERTOIRE:
            raise InvalidArgument("A name or id holds the character NUL, which no text may hold.") from error
        raise


def _unavailable(error: Exception) -> Unavailable:
    _log.warning("database_unavailable", error=str(error))
    return Unavailable("The database of bookmarks and results does not answer; try again in a moment.")
