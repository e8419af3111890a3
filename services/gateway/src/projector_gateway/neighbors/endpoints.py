"""REST of nearest neighbors."""

from __future__ import annotations

from fastapi import APIRouter

from projector_gateway.dependencies import NeighborsDependency
from projector_gateway.neighbors.schemas import Neighbors, NeighborsRequest

router = APIRouter(tags=["neighbors"])


@router.post("/embeddings/{embedding_id}/neighbors")
async def find_neighbors(embedding_id: str, request: NeighborsRequest, neighbors: NeighborsDependency) -> Neighbors:
    """The rows nearest to one row, in the original space."""
    return await neighbors.find(embedding_id, request)
