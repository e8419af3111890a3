"""Collections in the database. Everything here works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload, undefer

from projector_chassis.errors import NotFound
from projector_gateway.collections.layouts import LayoutRepository
from projector_gateway.collections.orm import BookmarkRow, CollectionRow, ConfigImportRow, LayoutRow
from projector_gateway.database import insert_into

_FIRST_POSITION = 0


@dataclass(frozen=True)
class SavedLayout:
    """A layout that the database keeps already, without its bytes."""

    digest: str
    n_points: int
    n_dims: int


class CollectionRepository:
    """Reads and writes collections, bookmarks and layouts."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self.layouts = LayoutRepository(session)

    async def of_embedding(self, embedding_id: str) -> Sequence[CollectionRow]:
        """Collections with their bookmarks, oldest first."""
        query = (
            select(CollectionRow)
            .where(CollectionRow.embedding_id == embedding_id)
            .options(selectinload(CollectionRow.bookmarks))
            .order_by(CollectionRow.created_at, CollectionRow.id)
        )
        return (await self._session.scalars(query)).all()

    async def count(self, embedding_id: str) -> int:
        """Number of the embedding's collections."""
        query = select(func.count()).where(CollectionRow.embedding_id == embedding_id)
        return (await self._session.scalars(query)).one()

    async def read(self, collection_id: str, *, to_change: bool = False) -> CollectionRow:
        """One collection with its bookmarks in order.

        Args:
            to_change: nobody else may change it or its bookmarks until this transaction ends.

        Raises:
            NotFound: no such collection.
        """
        query = (
            select(CollectionRow)
            .where(CollectionRow.id == collection_id)
            .options(selectinload(CollectionRow.bookmarks))
        )
        row = await self._session.scalar(query.with_for_update() if to_change else query)
        if row is None:
            raise NotFound(f"There is no collection {collection_id}; it may have been deleted.")
        return row

    async def read_bookmark(self, bookmark_id: str, *, to_export: bool = False) -> BookmarkRow:
        """One bookmark with its collection (without the collection's other bookmarks).

        Args:
            to_export: with what only exports need of the file that it was imported from.

        Raises:
            NotFound: no such bookmark.
        """
        query = select(BookmarkRow).where(BookmarkRow.id == bookmark_id).options(joinedload(BookmarkRow.collection))
        if to_export:
            query = query.options(undefer(BookmarkRow.tensorboard_fields), undefer(BookmarkRow.tensorboard_points))
        row = await self._session.scalar(query)
        if row is None:
            raise _no_bookmark(bookmark_id)
        return row

    async def read_bookmark_to_change(self, bookmark_id: str) -> tuple[CollectionRow, BookmarkRow]:
        """One bookmark within its collection, both locked until this transaction ends.

        Raises:
            NotFound: no such bookmark.
        """
        collection_id = await self._session.scalar(
            select(BookmarkRow.collection_id).where(BookmarkRow.id == bookmark_id)
        )
        if collection_id is None:
            raise _no_bookmark(bookmark_id)
        # The collection is locked first by everybody, so that no two transactions wait for each other.
        collection = await self.read(collection_id, to_change=True)
        for bookmark in collection.bookmarks:
            if bookmark.id == bookmark_id:
                return collection, bookmark
        raise _no_bookmark(bookmark_id)

    async def read_layout(self, bookmark_id: str) -> LayoutRow:
        """The layout that a bookmark shows.

        Raises:
            NotFound: no such bookmark.
        """
        query = (
            select(LayoutRow)
            .join(BookmarkRow, BookmarkRow.layout_digest == LayoutRow.digest)
            .where(BookmarkRow.id == bookmark_id)
        )
        row = await self._session.scalar(query)
        if row is None:
            raise _no_bookmark(bookmark_id)
        return row

    async def find_saved_frame(self, embedding_id: str, job_id: str, sequence: int) -> SavedLayout | None:
        """The layout of a frame that another bookmark of the embedding has saved; None where none has."""
        query = (
            select(LayoutRow.digest, LayoutRow.n_points, LayoutRow.n_dims)
            .join(BookmarkRow, BookmarkRow.layout_digest == LayoutRow.digest)
            .join(CollectionRow, CollectionRow.id == BookmarkRow.collection_id)
            .where(
                CollectionRow.embedding_id == embedding_id,
                BookmarkRow.job_id == job_id,
                BookmarkRow.sequence == sequence,
            )
            .limit(1)
            .with_for_update(of=LayoutRow)
        )
        row = (await self._session.execute(query)).first()
        return None if row is None else SavedLayout(row.digest, row.n_points, row.n_dims)

    async def has_config_import(self, embedding_id: str, file_digest: str) -> bool:
        """Whether a config's bookmarks file with this content has been imported."""
        return await self._session.get(ConfigImportRow, (embedding_id, file_digest)) is not None

    async def note_config_import(self, embedding_id: str, file_digest: str) -> bool:
        """Remember that a config's bookmarks file is imported; False where somebody has done so before."""
        values = {"embedding_id": embedding_id, "file_digest": file_digest, "imported_at": datetime.now(UTC)}
        statement = insert_into(self._session, ConfigImportRow).values(values).on_conflict_do_nothing()
        noted = await self._session.execute(statement.returning(ConfigImportRow.file_digest))
        return noted.first() is not None

    async def add(self, collection: CollectionRow) -> None:
        """Store a new collection; its bookmarks' layouts have been kept before."""
        self._session.add(collection)
        await self._session.flush()

    async def delete(self, collection: CollectionRow) -> None:
        """Delete a collection, its bookmarks and the layouts that no other bookmark shows."""
        digests = [bookmark.layout_digest for bookmark in collection.bookmarks]
        await self._session.delete(collection)
        await self._session.flush()
        await self.layouts.drop_unused(digests)

    async def delete_bookmark(self, collection: CollectionRow, bookmark: BookmarkRow) -> None:
        """Delete a bookmark, and its layout if no other bookmark shows it."""
        collection.bookmarks.remove(bookmark)
        await self._session.flush()
        await self.layouts.drop_unused([bookmark.layout_digest])


def next_position(bookmarks: Sequence[BookmarkRow]) -> int:
    """Position of a bookmark appended to these, which are in order."""
    return bookmarks[-1].position + 1 if bookmarks else _FIRST_POSITION


def _no_bookmark(bookmark_id: str) -> NotFound:
    return NotFound(f"There is no bookmark {bookmark_id}; it may have been deleted.")
