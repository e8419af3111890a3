"""The table of guests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from projector_gateway.database import Base
from projector_gateway.people.names import NAME_CHARACTERS

_DIGEST_CHARACTERS = 64  # SHA-256 in hexadecimal


class GuestRow(Base):
    """One browser that has been here; who reads this table can be none of them."""

    __tablename__ = "guests"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - a number is never given twice

    number: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(_DIGEST_CHARACTERS), unique=True)
    name: Mapped[str | None] = mapped_column(String(NAME_CHARACTERS))
    seen_at: Mapped[datetime] = mapped_column(index=True)
