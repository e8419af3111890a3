"""REST of nearest neighbors."""

from __future__ import annotations

from fastapi import APIRouter

from projector_gateway.dependencies import NeighborsDependency, PersonDependency
from projector_gateway.neighbors.messages import decode_answer
from projector_gateway.neighbors.schemas import NeighborLists, Neighbors, NeighborsRequest

router = APIRouter(tags=["neighbors"])


@router.post("/embeddings/{embedding_id}/neighbors")
async def find_neighbors(
    embedding_id: str, request: NeighborsRequest, neighbors: NeighborsDependency, by: PersonDependency
) -> Neighbors | NeighborLists:
    """The rows nearest to one row, or to each of several, in the original space, a preprocessed one or a layout."""
    return decode_answer(await neighbors.find(embedding_id, request, by=by), request)
