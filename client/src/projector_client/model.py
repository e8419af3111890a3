"""What the projector tells, as frozen values and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Phase = Literal["queued", "loading", "neighbors", "affinities", "running", "paused", "finished", "stopped", "failed"]
Metric = Literal["cosine", "euclidean", "dot_product"]
Preprocessing = Literal["none", "spherize", "z_score"]
Initialisation = Literal["pca_scaled", "random", "spectral", "given"]
ColumnType = Literal["integer", "number", "date_time", "boolean", "category", "text"]


@dataclass(frozen=True)
class Problem:
    """Why something could not be loaded, or was loaded with a remark."""

    severity: Literal["notice", "warning", "error"]
    subject: str
    message: str


@dataclass(frozen=True)
class EmbeddingSummary:
    """A tensor that can be projected: float32 (n_points, n_dims).

    Attributes:
        step: training step of its checkpoint, where that names one.
    """

    id: str
    run_id: str
    tensor_name: str
    display_name: str
    step: int | None
    n_points: int
    n_dims: int


@dataclass(frozen=True)
class Run:
    """A log directory; ``name`` is its folder relative to the projector's data root.

    Attributes:
        is_upload: it was uploaded, and may be deleted.
    """

    id: str
    name: str
    embeddings: tuple[EmbeddingSummary, ...]
    problems: tuple[Problem, ...]
    is_upload: bool


@dataclass(frozen=True)
class Column:
    """One metadata column."""

    name: str
    type: ColumnType
    n_unique: int
    n_missing: int


@dataclass(frozen=True)
class Embedding(EmbeddingSummary):
    """Everything known of one embedding.

    Attributes:
        dtype: as stored; it is computed with as float32.
        digest: SHA-256, changes whenever the content may have changed.
    """

    run_name: str
    dtype: str
    digest: str
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class Frame:
    """One snapshot of a job's layout.

    Attributes:
        sequence: number of the frame in its job, from 1.
        step: of the optimiser; 0 is the initial layout.
        loss: Kullback-Leibler divergence in nats; NaN where it has no meaning.
        layout: float32 (n_rows, n_dims), C-contiguous and read-only; row i is the i-th row of the job.
    """

    sequence: int
    step: int
    loss: float
    layout: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class History:
    """What is kept of a job's past: arrays as long as each other, in rising sequence.

    Attributes:
        sequences: uint64, of published frames; thinned to some thousands.
        steps: uint32, of the optimiser.
        losses: float64, in nats; NaN where a loss has no meaning.
        is_kept: bool, whether ``Job.frame`` can still give the frame.
    """

    sequences: NDArray[np.uint64]
    steps: NDArray[np.uint32]
    losses: NDArray[np.float64]
    is_kept: NDArray[np.bool_]


@dataclass(frozen=True)
class FrameRef:
    """A frame of another job, which may be gone by now."""

    job_id: str
    sequence: int
    step: int


@dataclass(frozen=True, eq=False)
class Side:
    """Rows of the whole embedding whose centroid is one side of an axis; without rows, the origin."""

    rows: ArrayLike = ()
    label: str = ""


@dataclass(frozen=True)
class CustomAxis:
    """A direction of a custom projection, from the centroid of one side to that of the other."""

    start: Side
    end: Side


@dataclass(frozen=True, eq=False)
class Supervision:
    """Labels that draw points of the same one together, and keep those of others apart.

    Attributes:
        weight: 0 (none) to 1.
        column: the metadata column whose cells are the labels.
        ignored_label: rows with this label take no part.
        labels: in the place of a column: one whole number a row of the job; a category's code from 0, -1: ignored,
            -2: like no other.
    """

    weight: float
    column: str = ""
    ignored_label: str | None = None
    labels: ArrayLike | None = None


@dataclass(frozen=True)
class Person:
    """Somebody, as others see them."""

    id: str
    name: str


@dataclass(frozen=True)
class PhaseTime:
    """How long a phase that is over lasted, by the wall clock."""

    phase: Phase
    seconds: float


@dataclass(frozen=True)
class AppliedControl:
    """A control and the step after which it took effect; what the action does not have is None.

    Attributes:
        by, at: who asked for it, and when.
    """

    step: int
    action: str
    learning_rate: float | None = None
    exaggeration: float | None = None
    supervision: Supervision | None = None
    by: Person | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Axis:
    """An axis of a custom projection as it was computed.

    Attributes:
        n_from, n_to: usable rows of the sides.
        length: of the direction, before it was normalised or made orthogonal.
    """

    n_from: int
    n_to: int
    length: float


@dataclass(frozen=True)
class JobState:
    """All that is known of a job at one moment.

    Attributes:
        progress: of the phase, 0 to 1.
        step: steps done, over the whole job.
        sequence: newest frame; 0: none yet.
        queue_place: while it is queued, 1 is next.
        remaining_seconds: estimated, until the phase ends, of a queued job until it begins; None: not known.
        interruption: why it does not get on at present; None: it does, or it rests.
        times: of the phases that are over, in their order.
        failure: (code, message) of a failed job.
        controls: in the order in which they took effect.
        explained_variance_ratio: one a component, finished PCA jobs only.
        is_approximate: found by a randomised solver, finished PCA jobs only.
        axes: x, y and z where there is one, finished custom projections only.
    """

    phase: Phase
    progress: float
    step: int
    sequence: int
    n_points: int
    created_at: datetime
    started_by: Person | None
    queue_place: int | None
    remaining_seconds: float | None
    interruption: str | None
    times: tuple[PhaseTime, ...]
    failure: tuple[str, str] | None
    notices: tuple[Problem, ...]
    controls: tuple[AppliedControl, ...]
    explained_variance_ratio: tuple[float, ...] | None
    is_approximate: bool | None
    axes: tuple[Axis, ...] | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing follows."""
        return self.phase in ("finished", "stopped", "failed")
