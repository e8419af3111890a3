"""Search in metadata columns; each is fetched once and kept, decoded, while there is room."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from projector_chassis.errors import NotFound
from projector_gateway.clients.loader import Loader
from projector_gateway.search.column import SearchableColumn, decode_column
from projector_gateway.search.schemas import SearchRequest, SearchResult


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
    """Finds rows by what their metadata shows."""

    def __init__(self, loader: Loader, *, cache_bytes: int) -> None:
        self._loader = loader
        self._cache = ColumnCache(cache_bytes)

    async def search(self, embedding_id: str, request: SearchRequest) -> SearchResult:
        """Rows whose cell holds the query; a missing cell never matches.

        Raises:
            InvalidArgument: the regular expression is not one.
            NotFound: no such embedding or column.
        """
        column = await self._column(embedding_id, request.column)
        find = column.rows_with_pattern if request.mode == "regex" else column.rows_with_text
        rows = await asyncio.to_thread(find, request.query)
        return SearchResult(count=len(rows), rows=rows[request.offset : request.offset + request.limit])

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
