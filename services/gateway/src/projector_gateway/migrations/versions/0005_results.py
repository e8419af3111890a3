"""Results of jobs, kept beyond Redis."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "results",
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("embedding_id", sa.String(128), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("losses", sa.LargeBinary(), nullable=False),
        sa.Column("quality", sa.LargeBinary(), nullable=True),
        sa.Column("n_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_results")),
    )
    op.create_index(op.f("ix_results_fingerprint"), "results", ["fingerprint"])
    op.create_index(op.f("ix_results_created_at"), "results", ["created_at"])
    op.create_index(op.f("ix_results_embedding_id_created_at"), "results", ["embedding_id", "created_at"])
    op.create_table(
        "result_frames",
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("loss", sa.Double(), nullable=True),
        sa.Column("layout_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["results.job_id"], name=op.f("fk_result_frames_job_id_results"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["layout_digest"], ["layouts.digest"], name=op.f("fk_result_frames_layout_digest_layouts")
        ),
        sa.PrimaryKeyConstraint("job_id", "sequence", name=op.f("pk_result_frames")),
    )
    op.create_index(op.f("ix_result_frames_layout_digest"), "result_frames", ["layout_digest"])


def downgrade() -> None:
    op.drop_table("result_frames")
    op.drop_table("results")
