"""How well a layout shows what is near in the space that its job projected."""

from __future__ import annotations

from pydantic import Field

from projector_gateway.datasets.schemas import Problem, Schema
from projector_gateway.jobs.schemas import Sequence


class QualityRequest(Schema):
    n_neighbors: int = Field(15, ge=1, le=200, description="Lowered to below half of the rows")
    sequence: Sequence = Field("latest", description="Of the layout")


class Score(Schema):
    value: float
    standard_error: float = Field(description="0: all rows, or all pairs of rows, were looked at")


class Quality(Schema):
    """Scores from 0 (bad) to 1 (perfect); the correlation from -1."""

    sequence: int = Field(description="Of the layout")
    n_points: int
    n_neighbors: int
    n_sampled: int = Field(description="Rows whose neighborhoods were compared with all others")
    trustworthiness: Score = Field(description="Low where the layout shows neighbors that are none")
    continuity: Score = Field(description="Low where the layout tears neighbors apart")
    neighbor_preservation: Score = Field(description="Mean part of the neighbors that are so in the layout, too")
    distance_rank_correlation: Score | None = Field(description="Spearman's; none where all distances are equal")
    notices: list[Problem]
