"""An archive on each of the two databases."""

from __future__ import annotations

import pytest
from integration.collections.conftest import database, migrated_postgres_url, migrated_sqlite_url, migrated_url

from projector_gateway.database import Database
from projector_gateway.results.archive import Archive

__all__ = ["database", "migrated_postgres_url", "migrated_sqlite_url", "migrated_url"]  # fixtures


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)
