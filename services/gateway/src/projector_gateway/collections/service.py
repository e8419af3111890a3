"""Create, read, change and delete collections and bookmarks. Each method is one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, StaleVersion
from projector_contracts.names import JobId
from projector_gateway.collections.files import BookmarkFiles, Embeddings, check_room_for_collection
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.orm import BookmarkRow, CollectionRow
from projector_gateway.collections.records import new_bookmark, new_collection, show_bookmark, show_collection
from projector_gateway.collections.repository import CollectionRepository, SavedLayout, next_position
from projector_gateway.collections.schemas import (
    Bookmark,
    BookmarkChange,
    BookmarkRequest,
    Collection,
    CollectionChange,
    CollectionRequest,
    LayoutSource,
    View,
)
from projector_gateway.collections.view_rules import check_name, check_view
from projector_gateway.database import Database
from projector_gateway.jobs.messages import decode_job
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.jobs.schemas import Job
from projector_gateway.layouts import StoredLayout, inspect_layout


class Jobs(Protocol):
    """Finds jobs."""

    async def read(self, job_id: JobId) -> StoredJob:
        """One job; raises ``NotFound``."""


class KeptFrames(Protocol):
    """Frames of running and recently ended jobs."""

    async def frame(self, job_id: JobId, sequence: int) -> bytes:
        """The serialised JobEvent of one kept frame; raises ``NotFound``."""


@dataclass(frozen=True)
class _FetchedFrame:
    job: Job
    layout: StoredLayout


@dataclass(frozen=True)
class LayoutContent:
    """A bookmark's layout as it is served."""

    digest: str
    event: bytes


class CollectionService:
    """The use cases of collections and bookmarks."""

    def __init__(
        self, database: Database, *, embeddings: Embeddings, jobs: Jobs, frames: KeptFrames, limits: Limits
    ) -> None:
        self._database = database
        self._embeddings = embeddings
        self._jobs = jobs
        self._frames = frames
        self._limits = limits
        self.files = BookmarkFiles(database, embeddings, limits)

    async def of_embedding(self, embedding_id: str) -> list[Collection]:
        """Collections of one embedding, oldest first."""
        async with self._database.reading() as session:
            rows = await CollectionRepository(session).of_embedding(embedding_id)
        return [show_collection(row) for row in rows]

    async def create(self, request: CollectionRequest) -> Collection:
        """A new, empty collection.

        Raises:
            InvalidArgument: the name cannot be shown.
            NotFound: no such embedding.
            Conflict: the embedding has as many collections as are allowed.
        """
        name = check_name(request.name)
        embedding = await self._embeddings.embedding(request.embedding_id)
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            await check_room_for_collection(repository, embedding.id, self._limits)
            row = new_collection(embedding, name=name, source="user")
            await repository.add(row)
            return show_collection(row)

    async def read(self, collection_id: str) -> Collection:
        """One collection; raises ``NotFound``."""
        async with self._database.reading() as session:
            return show_collection(await CollectionRepository(session).read(collection_id))

    async def change(
        self, collection_id: str, change: CollectionChange, expected_versions: Set[int] | None
    ) -> Collection:
        """Rename a collection or bring its bookmarks into another order.

        Args:
            expected_versions: versions on which the change is based; None: any.

        Raises:
            NotFound: no such collection.
            StaleVersion: somebody else has changed it.
            InvalidArgument: the name cannot be shown, or the order does not name each bookmark once.
        """
        async with self._database.writing() as session:
            row = await CollectionRepository(session).read(collection_id, to_change=True)
            _check_version(row, expected_versions, "collection")
            if change.name is not None:
                row.name = check_name(change.name)
            if change.order is not None:
                _reorder(row, change.order)
            row.version += 1
            return show_collection(row)

    async def delete(self, collection_id: str, expected_versions: Set[int] | None) -> None:
        """Delete a collection and its bookmarks; raises ``NotFound`` and ``StaleVersion``."""
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            row = await repository.read(collection_id, to_change=True)
            _check_version(row, expected_versions, "collection")
            await repository.delete(row)

    async def add_bookmark(self, collection_id: str, request: BookmarkRequest) -> Bookmark:
        """Save a view together with the very bytes of the frame that it shows.

        Raises:
            NotFound: no such collection.
            InvalidArgument: the view fits neither the frame, its job nor the embedding.
            Conflict: the frame is not kept any more, or the collection is full.
        """
        name = check_name(request.name)
        fetched = await self._fetch_frame(request.layout)
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            collection = await repository.read(collection_id, to_change=True)
            self._check_room(collection)
            layout: StoredLayout | SavedLayout
            if fetched is None:
                layout = await _find_saved_frame(repository, collection, request)
            else:
                layout = fetched.layout
                _check_origin(fetched.job, request.view, collection)
            self._check_view(request.view, layout, collection)
            if isinstance(layout, StoredLayout):
                await repository.layouts.keep(layout)
            bookmark = new_bookmark(
                name=name,
                view=request.view,
                layout_digest=layout.digest,
                position=next_position(collection.bookmarks),
                job_id=request.layout.job_id,
                sequence=request.layout.sequence,
            )
            collection.bookmarks.append(bookmark)
            collection.version += 1
            return show_bookmark(bookmark, collection)

    async def read_bookmark(self, bookmark_id: str) -> Bookmark:
        """One bookmark; raises ``NotFound``."""
        async with self._database.reading() as session:
            row = await CollectionRepository(session).read_bookmark(bookmark_id)
            return show_bookmark(row, row.collection)

    async def change_bookmark(
        self, bookmark_id: str, change: BookmarkChange, expected_versions: Set[int] | None
    ) -> Bookmark:
        """Rename a bookmark; raises ``NotFound``, ``StaleVersion`` and ``InvalidArgument``."""
        async with self._database.writing() as session:
            collection, row = await CollectionRepository(session).read_bookmark_to_change(bookmark_id)
            _check_version(row, expected_versions, "bookmark")
            if change.name is not None:
                row.name = check_name(change.name)
            row.version += 1
            collection.version += 1
            return show_bookmark(row, collection)

    async def delete_bookmark(self, bookmark_id: str, expected_versions: Set[int] | None) -> None:
        """Delete a bookmark, and its layout if nobody else shows it; raises ``NotFound`` and ``StaleVersion``."""
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            collection, row = await repository.read_bookmark_to_change(bookmark_id)
            _check_version(row, expected_versions, "bookmark")
            await repository.delete_bookmark(collection, row)
            collection.version += 1

    async def layout(self, bookmark_id: str) -> LayoutContent:
        """The bytes of a bookmark's layout; raises ``NotFound``."""
        async with self._database.reading() as session:
            row = await CollectionRepository(session).read_layout(bookmark_id)
            return LayoutContent(row.digest, row.event)

    async def _fetch_frame(self, source: LayoutSource) -> _FetchedFrame | None:
        """The frame and its job; None where either is no longer kept."""
        job_id = JobId(source.job_id)
        try:
            job = await self._jobs.read(job_id)
            event = await self._frames.frame(job_id, source.sequence)
        except NotFound:
            return None
        return await asyncio.to_thread(lambda: _FetchedFrame(decode_job(job.spec, job.state), inspect_layout(event)))

    def _check_view(self, view: View, layout: StoredLayout | SavedLayout, collection: CollectionRow) -> None:
        check_view(
            view,
            n_layout_points=layout.n_points,
            n_layout_dims=layout.n_dims,
            n_points=collection.n_points,
            limits=self._limits,
        )

    def _check_room(self, collection: CollectionRow) -> None:
        most = self._limits.bookmarks_per_collection
        if len(collection.bookmarks) >= most:
            raise Conflict(f"This collection has {most} bookmarks, the most allowed; use another collection.")


async def _find_saved_frame(
    repository: CollectionRepository, collection: CollectionRow, request: BookmarkRequest
) -> SavedLayout:
    """A frame outlives its job in the bookmarks that show it, so that an opened one can be saved again."""
    source, step = request.layout, request.view.step
    layout = await repository.find_saved_frame(collection.embedding_id, source.job_id, source.sequence)
    if layout is None:
        frame = f"Frame {source.sequence}" if step is None else f"Step {step}"
        raise Conflict(f"{frame} of this projection is no longer kept; save a newer one.")
    return layout


def _check_version(row: CollectionRow | BookmarkRow, expected: Set[int] | None, what: str) -> None:
    if expected is not None and row.version not in expected:
        raise StaleVersion(f"This {what} has been changed meanwhile; load it again, then repeat your change.")


def _check_origin(job: Job, view: View, collection: CollectionRow) -> None:
    if job.embedding_id != collection.embedding_id:
        raise InvalidArgument(
            f"layout.job_id names a job of embedding {job.embedding_id}; "
            f"the collection belongs to embedding {collection.embedding_id}."
        )
    if job.rows is not None and view.rows is not None and job.rows != view.rows:
        raise InvalidArgument("view.rows names other rows than those that the job projected.")


def _reorder(collection: CollectionRow, order: list[str]) -> None:
    positions = {bookmark_id: position for position, bookmark_id in enumerate(order)}
    if len(positions) < len(order):
        raise InvalidArgument("order names a bookmark twice; name each bookmark of the collection once.")
    present = {bookmark.id for bookmark in collection.bookmarks}
    if unknown := positions.keys() - present:
        raise InvalidArgument(f"order names {min(unknown)}, which is no bookmark of this collection.")
    if missing := present - positions.keys():
        raise InvalidArgument(f"order leaves out {min(missing)}; name each bookmark of the collection once.")
    for bookmark in collection.bookmarks:
        bookmark.position = positions[bookmark.id]
    collection.bookmarks.sort(key=lambda bookmark: bookmark.position)
