"""Search in metadata columns; each is fetched once and kept, decoded, while there is room."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence

from projector_chassis.errors import Deadline, InvalidArgument, NotFound
from projector_gateway.clients.loader import Loader
from projector_gateway.search.column import SearchableColumn, decode_column
from projector_gateway.search.schemas import SearchRequest, SearchResult

_SEARCHES_AT_ONCE = 2
"""They share one interpreter, and threads that other requests need."""


class ColumnCache:
    """Columns by the digest of their content, least recently used go first.

    Args:
        max_bytes: about what all kept columns may take together; a larger one is not kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._columns: OrderedDict[str, SearchableColumn] = OrderedDict()

    def get(self, digest: str) -> SearchableColumn | None:
        """The column, if it is kept."""
        column = self._columns.get(digest)
        if column is not None:
            self._columns.move_to_end(digest)
        return column

    def put(self, digest: str, column: SearchableColumn) -> None:
        """Keep a column."""
        if column.n_bytes > self._max_bytes or digest in self._columns:
            return
        self._columns[digest] = column
        self._n_bytes += column.n_bytes
        while self._n_bytes > self._max_bytes:
            _, dropped = self._columns.popitem(last=False)
            self._n_bytes -= dropped.n_bytes


class SearchService:
    """Finds rows by what their metadata shows.

    Args:
        cache_bytes: about what decoded columns may take together.
        deadline_seconds: how long one search may take, waiting for its turn included.
    """

    def __init__(self, loader: Loader, *, cache_bytes: int, deadline_seconds: float) -> None:
        self._loader = loader
        self._cache = ColumnCache(cache_bytes)
        self._deadline_seconds = deadline_seconds
        self._turns = asyncio.Semaphore(_SEARCHES_AT_ONCE)

    async def search(self, embedding_id: str, request: SearchRequest) -> SearchResult:
        """Rows whose cell holds the query; a missing cell never matches.

        Raises:
            InvalidArgument: the regular expression is not one.
            NotFound: no such embedding or column.
            Deadline: the search took too long.
        """
        column = await self._column(embedding_id, request.column)
        until_seconds = time.monotonic() + self._deadline_seconds
        try:
            async with self._turns:
                rows = await asyncio.to_thread(_find, column, request, until_seconds)
        except TimeoutError as error:
            raise Deadline(
                f"The search was given up after {self._deadline_seconds:g} s; a simpler expression takes less."
            ) from error
        return SearchResult(count=len(rows), rows=rows[request.offset : request.offset + request.limit])

    async def codes(
        self, embedding_id: str, column: str, *, rows: Sequence[int] | None, ignored_label: str | None
    ) -> bytes:
        """What a column's cells are to a computation: int32 little-endian, one code a row.

        Rows that show the same text have the same code from 0; -1 stands for the ignored label, -2 for a missing cell.

        Args:
            rows: ascending row indices; None: all rows.

        Raises:
            InvalidArgument: no cell shows the ignored label.
            NotFound: no such embedding or column.
        """
        found = await self._column(embedding_id, column)
        if ignored_label is not None and ignored_label not in found.texts:
            raise InvalidArgument(f"No cell of column {column!r} is {ignored_label!r}; name one of its labels exactly.")
        return await asyncio.to_thread(found.signed_codes, rows, ignored_label)

    async def _column(self, embedding_id: str, name: str) -> SearchableColumn:
        if not name:
            raise NotFound("column is empty; name one of the embedding's columns.")
        content = await self._loader.column(embedding_id, name)
        kept = self._cache.get(content.digest)
        if kept is not None:
            content.discard()
            return kept
        serialised = b"".join([chunk async for chunk in content.chunks()])
        column = await asyncio.to_thread(decode_column, serialised)
        self._cache.put(content.digest, column)
        return column


def _find(column: SearchableColumn, request: SearchRequest, until_seconds: float) -> list[int]:
    if request.mode == "regex":
        return column.rows_with_pattern(request.query, until_seconds=until_seconds)
    return column.rows_with_text(request.query)
