"""Tables of collections, bookmarks and the layouts they show."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from projector_gateway.database import Base

NAME_CHARACTERS = 200
_ID_CHARACTERS = 64
_EMBEDDING_ID_CHARACTERS = 128
_DIGEST_CHARACTERS = 64  # SHA-256 in hexadecimal


class LayoutRow(Base):
    """One layout, kept once however many bookmarks show it, and only as long as one does."""

    __tablename__ = "layouts"

    digest: Mapped[str] = mapped_column(String(_DIGEST_CHARACTERS), primary_key=True)
    n_points: Mapped[int]
    n_dims: Mapped[int]
    event: Mapped[bytes] = mapped_column(LargeBinary)
    """Serialised JobEvent, exactly as the worker published it."""


class CollectionRow(Base):
    """A named, ordered set of bookmarks of one embedding, with the embedding's shape at that time."""

    __tablename__ = "collections"

    id: Mapped[str] = mapped_column(String(_ID_CHARACTERS), primary_key=True)
    embedding_id: Mapped[str] = mapped_column(String(_EMBEDDING_ID_CHARACTERS), index=True)
    embedding_digest: Mapped[str] = mapped_column(String(_DIGEST_CHARACTERS))
    n_points: Mapped[int] = mapped_column(BigInteger)
    n_dims: Mapped[int]
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    source: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    """Rises with every change of the collection or of one of its bookmarks."""
    created_at: Mapped[datetime]
    problems: Mapped[str] = mapped_column(Text, server_default="[]")
    """The Problems of the file it was imported from, as a JSON array."""

    bookmarks: Mapped[list[BookmarkRow]] = relationship(
        back_populates="collection",
        order_by="(BookmarkRow.position, BookmarkRow.id)",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )


class BookmarkRow(Base):
    """One saved view; its coordinates are the layout's."""

    __tablename__ = "bookmarks"
    __table_args__ = (Index(None, "collection_id", "position"),)

    id: Mapped[str] = mapped_column(String(_ID_CHARACTERS), primary_key=True)
    collection_id: Mapped[str] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    view: Mapped[str] = mapped_column(Text)
    """The View as JSON."""
    layout_digest: Mapped[str] = mapped_column(ForeignKey("layouts.digest"), index=True)
    job_id: Mapped[str | None] = mapped_column(String(_ID_CHARACTERS))
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]
    created_at: Mapped[datetime]
    tensorboard_fields: Mapped[str | None] = mapped_column(Text, deferred=True)
    """What a TensorBoard file said and ``view`` cannot, as an ASCII JSON object; exports return it."""
    tensorboard_points: Mapped[str | None] = mapped_column(Text, deferred=True)
    """Its ``projections`` where they say more than the layout, as an ASCII JSON array; exports return it."""

    collection: Mapped[CollectionRow] = relationship(back_populates="bookmarks", lazy="raise")


class ConfigImportRow(Base):
    """A bookmarks file of a projector config that has been imported; deleting its collection does not bring it back."""

    __tablename__ = "config_imports"

    embedding_id: Mapped[str] = mapped_column(String(_EMBEDDING_ID_CHARACTERS), primary_key=True)
    file_digest: Mapped[str] = mapped_column(String(_DIGEST_CHARACTERS), primary_key=True)
    imported_at: Mapped[datetime]
