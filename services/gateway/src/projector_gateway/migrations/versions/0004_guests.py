"""Guests: browsers that come again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guests",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_guests")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_guests_token_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guests_seen_at"), "guests", ["seen_at"])


def downgrade() -> None:
    op.drop_table("guests")
