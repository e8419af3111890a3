"""All coordinates of an imported TensorBoard bookmark, not only those that it shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bookmarks") as bookmarks:
        bookmarks.add_column(sa.Column("tensorboard_points", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("bookmarks") as bookmarks:
        bookmarks.drop_column("tensorboard_points")
