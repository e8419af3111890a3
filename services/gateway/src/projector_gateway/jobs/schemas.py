"""Jobs as the page asks for them and is told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Problem, Schema
from projector_gateway.jobs.controls import AppliedControl
from projector_gateway.jobs.projections import Preprocessing, Projection, Tsne, Umap
from projector_gateway.people.schemas import Person


class JobRequest(Schema):
    """The same request finds the same job while it holds."""

    embedding_id: str
    rows: list[int] | None = Field(None, description="Row indices, strictly ascending; absent: all rows")
    seed: int = Field(0, ge=0, lt=2**63)
    preprocessing: Preprocessing = Field("none", description="By means and deviations of all finite rows")
    projection: Projection
    fresh: bool = Field(False, description="Start a new job even if one with the same fingerprint exists")


Phase = Literal["queued", "loading", "neighbors", "affinities", "running", "paused", "finished", "stopped", "failed"]


Sequence = Literal["latest"] | Annotated[int, Field(ge=1, lt=2**63)]
"""A kept frame of a job."""


class ForkRequest(Schema):
    """A new job that starts from a kept frame of another one, of the same rows after the same preprocessing."""

    sequence: int = Field(0, ge=0, lt=2**63, description="Of the frame to start from; 0: the newest")
    seed: int = Field(0, ge=0, lt=2**63)
    projection: Annotated[Tsne | Umap, Field(discriminator="method")] = Field(
        description="In as many dimensions as the frame; its initialisation is that frame"
    )


class FrameRef(Schema):
    """A frame of another job."""

    job_id: str
    sequence: int
    step: int


class PhaseTime(Schema):
    """How long a phase that is over lasted, by the wall clock."""

    phase: Phase
    seconds: float


class JobFailure(Schema):
    code: str
    message: str


class Axis(Schema):
    """An axis of a custom projection as it was computed."""

    n_from: int = Field(description="Usable rows of the side")
    n_to: int
    length: float = Field(description="Of the direction, before it was normalised or made orthogonal")


class JobSummary(Schema):
    """A job in a list, which tells how many rows it projects; the job itself tells which."""

    id: str
    embedding_id: str
    seed: int
    preprocessing: Preprocessing
    projection: Projection
    phase: Phase
    progress: float
    step: int
    sequence: int = Field(description="Newest stored frame; 0: none yet")
    n_points: int = Field(description="Rows that it projects")
    created_at: datetime
    started_by: Person | None
    forked_from: FrameRef | None = Field(description="Whose layout it started from; None: no fork")
    queue_place: int | None = Field(description="While it is queued: 1 is next")
    remaining_seconds: float | None = Field(
        description="Estimated: until the phase ends, of a queued job until it begins; None: not known"
    )
    interruption: str | None = Field(description="Why it does not get on at present; None: it does, or it rests")
    times: list[PhaseTime] = Field(description="Of the phases that are over, in their order")
    watchers: list[Person] = Field([], description="Who watches it now, each once")
    failure: JobFailure | None
    notices: list[Problem]
    controls: list[AppliedControl] = Field(description="In the order in which they took effect")
    explained_variance_ratio: list[float] | None = Field(description="PCA only, once finished")
    is_approximate: bool | None = Field(description="PCA only, once finished: found by a randomised solver")
    axes: list[Axis] | None = Field(description="Custom projections only, once finished")


class Job(JobSummary):
    rows: list[int] | None = Field(description="Row indices, strictly ascending; None: all rows")
