"""Rows of the database <-> what REST shows of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from pydantic import TypeAdapter

from projector_gateway.collections.orm import BookmarkRow, CollectionRow
from projector_gateway.collections.schemas import (
    Bookmark,
    BookmarkOutline,
    Collection,
    ListedBookmark,
    ListedView,
    View,
    ViewOutline,
)
from projector_gateway.datasets.schemas import Embedding, Problem

Source: TypeAlias = Literal["user", "config", "import"]
FIRST_VERSION = 1
_ID_BYTES = 12
_PROBLEMS = TypeAdapter(list[Problem])


def new_collection(
    embedding: Embedding, *, name: str, source: Source, problems: Sequence[Problem] = ()
) -> CollectionRow:
    """A collection without bookmarks for an embedding as it is now."""
    return CollectionRow(
        id=secrets.token_urlsafe(_ID_BYTES),
        embedding_id=embedding.id,
        embedding_digest=embedding.digest,
        n_points=embedding.n_points,
        n_dims=embedding.n_dims,
        name=name,
        source=source,
        version=FIRST_VERSION,
        created_at=datetime.now(UTC),
        problems=_PROBLEMS.dump_json(list(problems)).decode(),
        bookmarks=[],
    )


def new_bookmark(
    *,
    name: str,
    view: View,
    layout_digest: str,
    position: int,
    job_id: str | None = None,
    sequence: int | None = None,
    tensorboard_fields: str | None = None,
    tensorboard_points: str | None = None,
) -> BookmarkRow:
    """A bookmark that belongs to no collection yet."""
    return BookmarkRow(
        id=secrets.token_urlsafe(_ID_BYTES),
        position=position,
        name=name,
        view=view.model_dump_json(),
        layout_digest=layout_digest,
        job_id=job_id,
        sequence=sequence,
        version=FIRST_VERSION,
        created_at=datetime.now(UTC),
        tensorboard_fields=tensorboard_fields,
        tensorboard_points=tensorboard_points,
    )


def show_collection(row: CollectionRow) -> Collection:
    """A collection with its bookmarks in order."""
    return Collection.model_validate(
        {
            "id": row.id,
            "embedding_id": row.embedding_id,
            "embedding_digest": row.embedding_digest,
            "name": row.name,
            "source": row.source,
            "bookmarks": [_listed(show_bookmark(bookmark, row)) for bookmark in row.bookmarks],
            "problems": _PROBLEMS.validate_json(row.problems),
            "version": row.version,
            "created_at": row.created_at,
        }
    )


def show_bookmark(row: BookmarkRow, collection: CollectionRow) -> Bookmark:
    """A bookmark of a collection."""
    return Bookmark(
        id=row.id,
        collection_id=collection.id,
        embedding_id=collection.embedding_id,
        name=row.name,
        view=View.model_validate_json(row.view),
        layout_digest=row.layout_digest,
        job_id=row.job_id,
        sequence=row.sequence,
        version=row.version,
        created_at=row.created_at,
    )


def _listed(bookmark: Bookmark) -> ListedBookmark:
    """A bookmark as its collection shows it: a list of hundreds would be large with all their rows."""
    view = bookmark.view
    listed = ListedView(
        **{name: getattr(view, name) for name in ViewOutline.model_fields},
        n_selected=len(view.selection),
        n_rows=None if view.rows is None else len(view.rows),
    )
    return ListedBookmark(**{name: getattr(bookmark, name) for name in BookmarkOutline.model_fields}, view=listed)
