"""Tables of results; the layouts themselves lie beside those that bookmarks show, equal ones once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from projector_gateway.database import Base

_ID_CHARACTERS = 64
_EMBEDDING_ID_CHARACTERS = 128
_DIGEST_CHARACTERS = 64  # SHA-256 in hexadecimal


class ResultRow(Base):
    """A job that has ended."""

    __tablename__ = "results"
    __table_args__ = (Index(None, "embedding_id", "created_at"),)

    job_id: Mapped[str] = mapped_column(String(_ID_CHARACTERS), primary_key=True)
    embedding_id: Mapped[str] = mapped_column(String(_EMBEDDING_ID_CHARACTERS))
    fingerprint: Mapped[str | None] = mapped_column(String(_DIGEST_CHARACTERS), index=True)
    """None: the job does not answer for its fingerprint, because it was stopped, steered or started afresh."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    spec: Mapped[bytes] = mapped_column(LargeBinary)
    """Serialised JobSpec without its rows and without what is never told again: given coordinates, labels."""
    rows: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """JobSpec.rows."""
    state: Mapped[bytes] = mapped_column(LargeBinary)
    """Serialised JobState, the last."""
    losses: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    quality: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """Serialised QueryAnswer with the quality of the last layout; None: not measured."""
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    """What the result and its layouts take, also where another result or a bookmark has the same ones."""


class ResultFrameRow(Base):
    """One kept frame of a result."""

    __tablename__ = "result_frames"

    job_id: Mapped[str] = mapped_column(ForeignKey("results.job_id", ondelete="CASCADE"), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger)
    loss: Mapped[float | None]
    """None: NaN, which SQLite cannot keep."""
    layout_digest: Mapped[str] = mapped_column(ForeignKey("layouts.digest"), index=True)
