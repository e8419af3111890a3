"""Jobs as the page asks for them and is told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Problem, Schema

Metric = Literal["cosine", "euclidean"]
Action = Literal["pause", "resume", "stop"]


class Pca(Schema):
    """Exact principal component analysis, centred, all rows."""

    method: Literal["pca"] = "pca"
    n_components: int = Field(10, ge=1, le=10)


class Tsne(Schema):
    """t-SNE; every step is streamed."""

    method: Literal["tsne"] = "tsne"
    n_dims: Literal[2, 3] = 3
    perplexity: float = Field(30, gt=1, le=1000)
    learning_rate: float = Field(0, ge=0, le=1e6, description="0: rows / exaggeration")
    early_exaggeration: float = Field(12, ge=1, le=100)
    early_exaggeration_steps: int = Field(250, ge=0, le=10_000)
    n_steps: int = Field(1000, ge=1, le=100_000)
    metric: Metric = "euclidean"


Projection = Annotated[Pca | Tsne, Field(discriminator="method")]


class JobRequest(Schema):
    """The same request finds the same job while it holds."""

    embedding_id: str
    rows: list[int] | None = Field(None, description="Row indices, strictly ascending; absent: all rows")
    seed: int = Field(0, ge=0, lt=2**63)
    projection: Projection
    fresh: bool = Field(False, description="Start a new job even if one with the same fingerprint exists")


Phase = Literal["queued", "loading", "neighbors", "affinities", "running", "paused", "finished", "stopped", "failed"]


class JobFailure(Schema):
    code: str
    message: str


class JobSummary(Schema):
    """A job in a list, which tells how many rows it projects; the job itself tells which."""

    id: str
    embedding_id: str
    seed: int
    projection: Projection
    phase: Phase
    progress: float
    step: int
    sequence: int = Field(description="Newest stored frame; 0: none yet")
    n_points: int = Field(description="Rows that it projects")
    created_at: datetime
    failure: JobFailure | None
    notices: list[Problem]
    explained_variance_ratio: list[float] | None = Field(description="PCA only, once finished")


class Job(JobSummary):
    rows: list[int] | None = Field(description="Row indices, strictly ascending; None: all rows")


class ControlRequest(Schema):
    action: Action
