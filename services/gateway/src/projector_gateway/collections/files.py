"""Bring TensorBoard bookmark files in, and take collections out as such files."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.concurrency import iterate_in_threadpool

from projector_chassis.errors import Conflict, Deadline, InvalidArgument, NotFound, PublicError, TooLarge
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.orm import CollectionRow
from projector_gateway.collections.records import Source, new_bookmark, new_collection, show_collection
from projector_gateway.collections.repository import CollectionRepository
from projector_gateway.collections.schemas import ImportResult, View
from projector_gateway.collections.tensorboard_bookmarks import ReadBookmark, ReadFile, read_bookmarks
from projector_gateway.collections.tensorboard_export import SavedBookmark, state_pieces
from projector_gateway.collections.tensorboard_rows import EmbeddingShape
from projector_gateway.collections.view_rules import check_name
from projector_gateway.database import Database
from projector_gateway.datasets.schemas import Embedding, Problem
from projector_gateway.layouts import StoredLayout, encode_layout

_CONFIG_NAME = "From the projector config"
_CONFIG_FILE = "bookmarks_path of the projector config"
_LOOK_AGAIN_SECONDS = 30.0
"""A config's bookmarks file is read at most so often, however many people open the page."""
_MAX_NAMED_PROBLEMS = 3
_FILES_AT_ONCE = 2
"""So many uploads, and so many config files, lie in memory."""
_UPLOAD_SECONDS = 120.0
"""How long a file may take to arrive, since others wait for their turn."""

_log = structlog.get_logger(__name__)


class Embeddings(Protocol):
    """Describes embeddings and reads the bookmarks files that their projector configs name."""

    async def embedding(self, embedding_id: str) -> Embedding:
        """One embedding; raises ``NotFound``."""

    async def bookmarks(self, embedding_id: str, *, max_bytes: int) -> bytes:
        """The bookmarks file of an embedding that has one, or its beginning of at least ``max_bytes``."""


@dataclass(frozen=True)
class BookmarkFile:
    """A collection as a TensorBoard bookmark file."""

    name: str
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True)
class _Import:
    """A file that has been read, ready to be stored."""

    bookmarks: list[tuple[ReadBookmark, StoredLayout]]
    problems: list[Problem]


class BookmarkFiles:
    """The use cases of bookmark files."""

    def __init__(self, database: Database, embeddings: Embeddings, limits: Limits) -> None:
        self._database = database
        self._embeddings = embeddings
        self._limits = limits
        self._uploads = asyncio.Semaphore(_FILES_AT_ONCE)
        self._config_files = asyncio.Semaphore(_FILES_AT_ONCE)
        self._one_at_a_time = asyncio.Semaphore()  # a large file takes several times its size while it is read
        self._looked_at: dict[str, float] = {}

    async def load(self, embedding_id: str, name: str, receive: Callable[[], Awaitable[bytes]]) -> ImportResult:
        """Make a collection of an uploaded file.

        Args:
            receive: receives the file; called once it is wanted, so that few files lie in memory at once.

        Raises:
            InvalidArgument: the file is no bookmark file, or no state of it fits the embedding.
            NotFound: no such embedding.
            TooLarge: the file exceeds the limits.
            Deadline: the file did not arrive in time.
            Conflict: the embedding has as many collections as are allowed.
        """
        name = check_name(name)
        embedding = await self._embeddings.embedding(embedding_id)
        async with self._uploads:
            imported = await self._read(await _received(receive), embedding)
        if not imported.bookmarks:
            reasons = " ".join(problem.message for problem in imported.problems[:_MAX_NAMED_PROBLEMS])
            raise InvalidArgument(f"The file holds no bookmark for this embedding. {reasons}".strip())
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            await check_room_for_collection(repository, embedding.id, self._limits)
            row = await _store(repository, embedding, imported, name=name, source="import")
            return ImportResult(collection=show_collection(row), problems=imported.problems)

    async def load_config_file(self, embedding_id: str) -> None:
        """Import the bookmarks file of the projector config, once for each content that it has had.

        A file that cannot be read becomes an empty collection that says why. That the loader cannot be asked is no
        reason to hide the collections that are stored, so it is only logged.
        """
        if self._has_looked(embedding_id):
            return
        try:
            embedding = await self._embeddings.embedding(embedding_id)
            if embedding.has_bookmarks:
                await self._load_config_file(embedding)
        except PublicError as error:
            _log.warning("config_bookmarks_not_read", embedding_id=embedding_id, error=error.message)
            return
        now = time.monotonic()
        fresh = {known: at for known, at in self._looked_at.items() if now - at < _LOOK_AGAIN_SECONDS}
        self._looked_at = fresh | {embedding_id: now}

    async def export(self, collection_id: str) -> BookmarkFile:
        """A collection as a bookmark file that TensorBoard opens; raises ``NotFound``.

        The layouts are read one at a time while the file is sent; a bookmark deleted meanwhile is left out.
        """
        async with self._database.reading() as session:
            row = await CollectionRepository(session).read(collection_id)
        bookmark_ids = [bookmark.id for bookmark in row.bookmarks]
        return BookmarkFile(row.name, self._pieces(bookmark_ids, n_dims=row.n_dims))

    async def _pieces(self, bookmark_ids: list[str], *, n_dims: int) -> AsyncIterator[bytes]:
        separator = b"["
        for bookmark_id in bookmark_ids:
            try:
                saved = await self._saved(bookmark_id)
            except NotFound:
                continue
            yield separator
            async for piece in iterate_in_threadpool(state_pieces(saved, n_dims=n_dims)):
                yield piece
            separator = b",\n"
        yield b"]" if separator != b"[" else b"[]"

    async def _saved(self, bookmark_id: str) -> SavedBookmark:
        async with self._database.reading() as session:
            repository = CollectionRepository(session)
            row = await repository.read_bookmark(bookmark_id, to_export=True)
            layout = await repository.read_layout(bookmark_id)
        return SavedBookmark(
            row.name,
            View.model_validate_json(row.view),
            layout.event,
            fields=row.tensorboard_fields,
            points=row.tensorboard_points,
        )

    def _has_looked(self, embedding_id: str) -> bool:
        return time.monotonic() - self._looked_at.get(embedding_id, -_LOOK_AGAIN_SECONDS) < _LOOK_AGAIN_SECONDS

    async def _load_config_file(self, embedding: Embedding) -> None:
        async with self._config_files:
            if self._has_looked(embedding.id):  # somebody else, while this one waited
                return
            beyond = self._limits.file_bytes + 1  # enough to know that a file is too large
            await self._import_config_file(embedding, await self._embeddings.bookmarks(embedding.id, max_bytes=beyond))

    async def _import_config_file(self, embedding: Embedding, content: bytes) -> None:
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        async with self._database.reading() as session:
            if await CollectionRepository(session).has_config_import(embedding.id, digest):
                return
        try:
            imported = await self._read(content, embedding)
        except (InvalidArgument, TooLarge) as error:
            problem = Problem(severity="error", subject=_CONFIG_FILE, message=error.message)
            imported = _Import([], [problem])
        async with self._database.writing() as session:
            repository = CollectionRepository(session)
            if await repository.note_config_import(embedding.id, digest):
                await _store(repository, embedding, imported, name=_CONFIG_NAME, source="config")

    async def _read(self, content: bytes, embedding: Embedding) -> _Import:
        if len(content) > self._limits.file_bytes:
            raise TooLarge(f"The file has more than {self._limits.file_bytes} bytes, the most that are read.")
        shape = EmbeddingShape(embedding.n_points, embedding.n_dims)

        def read() -> _Import:
            file = read_bookmarks(content, shape, self._limits)
            return _Import(list(_with_layouts(file)), file.problems)

        async with self._one_at_a_time:
            return await asyncio.to_thread(read)


async def check_room_for_collection(repository: CollectionRepository, embedding_id: str, limits: Limits) -> None:
    """Refuse one more collection where an embedding has as many as are allowed; raises ``Conflict``."""
    most = limits.collections_per_embedding
    if await repository.count(embedding_id) >= most:
        raise Conflict(f"This embedding has {most} collections, the most allowed; delete one first.")


async def _received(receive: Callable[[], Awaitable[bytes]]) -> bytes:
    try:
        async with asyncio.timeout(_UPLOAD_SECONDS):
            return await receive()
    except TimeoutError as error:
        raise Deadline(f"The file did not arrive within {_UPLOAD_SECONDS:g} s; send it again.") from error


def _with_layouts(file: ReadFile) -> Iterator[tuple[ReadBookmark, StoredLayout]]:
    for bookmark in file.bookmarks:
        yield bookmark, encode_layout(bookmark.coordinates, step=bookmark.view.step or 0)


async def _store(
    repository: CollectionRepository, embedding: Embedding, imported: _Import, *, name: str, source: Source
) -> CollectionRow:
    row = new_collection(embedding, name=name, source=source, problems=imported.problems)
    # Locked in one order by everybody, so that no two transactions wait for each other.
    for layout in sorted({layout.digest: layout for _, layout in imported.bookmarks}.values(), key=_digest):
        await repository.layouts.keep(layout)
    row.bookmarks = [
        new_bookmark(
            name=bookmark.name,
            view=bookmark.view,
            layout_digest=layout.digest,
            position=position,
            tensorboard_fields=bookmark.fields,
            tensorboard_points=bookmark.points,
        )
        for position, (bookmark, layout) in enumerate(imported.bookmarks)
    ]
    await repository.add(row)
    return row


def _digest(layout: StoredLayout) -> str:
    return layout.digest
