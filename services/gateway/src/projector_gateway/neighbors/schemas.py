"""Nearest neighbors of rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from projector_gateway.datasets.schemas import Problem, Schema
from projector_gateway.jobs.projections import Metric, Preprocessing
from projector_gateway.jobs.schemas import Sequence

MAX_ROWS = 100

Row = Annotated[int, Field(ge=0)]


class NeighborsRequest(Schema):
    """Asks about one row, or about several at once."""

    row: Row | None = None
    rows: list[Row] | None = Field(None, min_length=1, max_length=MAX_ROWS)
    k: int = Field(100, ge=1, le=1000)
    metric: Metric = Field("cosine", description="In a layout euclidean, which then is the default")
    space: Literal["original", "preprocessed", "layout"] = "original"
    preprocessing: Preprocessing = Field("none", description="Of the preprocessed space")
    job_id: str | None = Field(None, description="Of the layout")
    sequence: Sequence = Field("latest", description="Of the layout")

    @model_validator(mode="before")
    @classmethod
    def _a_layout_is_euclidean(cls, given: Any) -> Any:
        is_layout = isinstance(given, dict) and given.get("space") == "layout"
        return {"metric": "euclidean", **given} if is_layout else given

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.row is None) == (self.rows is None):
            raise ValueError("name either row or rows")
        if (self.space == "layout") != (self.job_id is not None):
            raise ValueError("job_id goes with the space 'layout'")
        if self.space == "layout" and self.metric != "euclidean":
            raise ValueError("in the space 'layout' the metric is 'euclidean'")
        if (self.space == "preprocessed") != (self.preprocessing != "none"):
            raise ValueError("a preprocessing goes with the space 'preprocessed'")
        return self

    @property
    def asked_rows(self) -> list[int]:
        """What is asked about, however it was named."""
        return self.rows if self.rows is not None else [self.row or 0]


class NeighborList(Schema):
    """Ascending by distance, ties by row; the row asked for is left out. The distance of a product is its negative."""

    row: int
    rows: list[int]
    distances: list[float]


class Neighbors(NeighborList):
    """The answer about one row."""

    metric: Metric
    sequence: int | None = Field(description="Of the layout")
    notices: list[Problem] = Field(description="Which rows were left out")


class NeighborLists(Schema):
    """The answer about several rows, in their order."""

    lists: list[NeighborList]
    metric: Metric
    sequence: int | None = Field(description="Of the layout")
    notices: list[Problem] = Field(description="Which rows were left out")
