"""What TensorBoard bookmark files bring: problems, fields we do not use, and which files were imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("collections") as collections:
        collections.add_column(sa.Column("problems", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("bookmarks") as bookmarks:
        bookmarks.add_column(sa.Column("tensorboard_fields", sa.Text(), nullable=True))
    op.create_table(
        "config_imports",
        sa.Column("embedding_id", sa.String(128), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("embedding_id", "file_digest", name=op.f("pk_config_imports")),
    )


def downgrade() -> None:
    op.drop_table("config_imports")
    with op.batch_alter_table("bookmarks") as bookmarks:
        bookmarks.drop_column("tensorboard_fields")
    with op.batch_alter_table("collections") as collections:
        collections.drop_column("problems")
