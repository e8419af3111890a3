"""Nearest neighbors of one row."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Schema


class NeighborsRequest(Schema):
    row: int = Field(ge=0)
    k: int = Field(100, ge=1, le=1000)
    metric: Literal["cosine", "euclidean"] = "cosine"


class Neighbors(Schema):
    """Ascending by distance; the row asked for is left out."""

    row: int
    metric: Literal["cosine", "euclidean"]
    rows: list[int]
    distances: list[float]
