"""Run by Alembic. The migrator hands over an open transaction; a developer's ``alembic`` command is not needed."""

from __future__ import annotations

from alembic import context

from projector_gateway.collections.orm import CollectionRow
from projector_gateway.database import Base
from projector_gateway.people.orm import GuestRow
from projector_gateway.results.orm import ResultRow

# Every module with tables has to be imported.
assert all(table.metadata is Base.metadata for table in (CollectionRow, GuestRow, ResultRow))

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite's too, since our connections begin transactions themselves
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
