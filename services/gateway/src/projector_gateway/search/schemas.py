"""Search in one metadata column."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Schema


class SearchRequest(Schema):
    """Case-insensitive: a substring, or a regular expression (RE2, linear time)."""

    query: str = Field(min_length=1, max_length=1000)
    column: str
    mode: Literal["text", "regex"] = "text"
    offset: int = Field(0, ge=0)
    limit: int = Field(10_000, ge=1, le=100_000)


class SearchResult(Schema):
    count: int = Field(description="All matches, however many rows are returned")
    rows: list[int] = Field(description="Ascending, from offset on")
