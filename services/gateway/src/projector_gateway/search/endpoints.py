"""REST of search."""

from __future__ import annotations

from fastapi import APIRouter

from projector_gateway.dependencies import SearchDependency
from projector_gateway.search.schemas import SearchRequest, SearchResult

router = APIRouter(tags=["search"])


@router.post("/embeddings/{embedding_id}/search")
async def search(embedding_id: str, request: SearchRequest, search: SearchDependency) -> SearchResult:
    """Rows whose cell in one column holds a text or a match of a regular expression, whatever the case."""
    return await search.search(embedding_id, request)
