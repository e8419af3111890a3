"""The words of a job, as frozen values. No protobuf, no Redis."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.tsne.repulsion.plan import Plan
from projector_contracts.names import JobId

Float32Array: TypeAlias = NDArray[np.float32]


class Metric(enum.Enum):
    COSINE = "cosine"
    EUCLIDEAN = "euclidean"


class Phase(enum.Enum):
    QUEUED = "queued"
    LOADING = "loading"
    NEIGHBORS = "neighbors"
    AFFINITIES = "affinities"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in (Phase.FINISHED, Phase.STOPPED, Phase.FAILED)


class Action(enum.Enum):
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class EmbeddingRef:
    """Which embedding, in which content; its shape is that of the whole embedding."""

    embedding_id: str
    digest: str
    n_points: int
    n_dims: int


@dataclass(frozen=True)
class PcaParameters:
    n_components: int


@dataclass(frozen=True)
class TsneParameters:
    """A learning rate of 0 means rows / exaggeration of the step."""

    n_dims: int
    perplexity: float
    learning_rate: float
    early_exaggeration: float
    early_exaggeration_steps: int
    n_steps: int
    metric: Metric


@dataclass(frozen=True)
class JobSpec:
    """What to compute; ``rows`` are strictly ascending, None means all."""

    embedding: EmbeddingRef
    rows: NDArray[np.uint32] | None
    seed: int
    projection: PcaParameters | TsneParameters


@dataclass(frozen=True)
class Failure:
    """A code of the error table and text that may be shown to anybody."""

    code: str
    message: str


@dataclass(frozen=True)
class Notice:
    """A remark about a parameter or a file that did not stop the job."""

    subject: str
    message: str


@dataclass(frozen=True)
class AppliedAction:
    step: int
    action: Action


@dataclass(frozen=True)
class ControlEntry:
    """One entry of a job's control stream; ``cursor`` is its place there."""

    cursor: str
    action: Action


@dataclass(frozen=True)
class JobState:
    """All that is known of a job at one moment."""

    job_id: JobId
    phase: Phase
    created_at: datetime
    updated_at: datetime
    progress: float = 0.0
    step: int = 0
    sequence: int = 0
    n_points: int = 0
    failure: Failure | None = None
    notices: tuple[Notice, ...] = ()
    controls: tuple[AppliedAction, ...] = ()
    explained_variance_ratio: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Frame:
    """One snapshot.

    Attributes:
        layout: float32 or uint16 ``(n_points, n_dims)``; uint16 codes stand for ``offset + scale * code``.
        loss: Kullback-Leibler divergence in nats, NaN where it has no meaning.
        scale, offset: ``(n_dims,)`` values, empty for float32.
    """

    sequence: int
    step: int
    loss: float
    layout: Float32Array | NDArray[np.uint16]
    scale: tuple[float, ...] = ()
    offset: tuple[float, ...] = ()


@dataclass(frozen=True)
class OptimizerState:
    """Where an optimisation stands.

    Attributes:
        layout, velocity, gains: float32 ``(n_points, n_dims)`` each, ``velocity`` being the last update.
        loss: of this layout, in nats; NaN while it has not been evaluated.
        plan: by which this layout's repulsion was summed; None while it has not been.
    """

    step: int
    layout: Float32Array
    velocity: Float32Array
    gains: Float32Array
    loss: float
    plan: Plan | None = None


@dataclass(frozen=True)
class SavedJob:
    """What the next slice needs to go on exactly where this one ends.

    Attributes:
        cursor: last applied entry of the control stream; ``0-0`` for none.
        sequence: newest published frame.
        n_threads: threads that computed it.
        optimizer: None while the optimisation has not begun.
    """

    cursor: str = "0-0"
    sequence: int = 0
    n_threads: int = 0
    optimizer: OptimizerState | None = None


@dataclass(frozen=True)
class NeighborsQuery:
    embedding: EmbeddingRef
    row: int
    n_neighbors: int
    metric: Metric


@dataclass(frozen=True)
class Neighbors:
    """Ascending by distance, ties by row: uint32 and float32 ``(n_neighbors,)``."""

    rows: NDArray[np.uint32]
    distances: Float32Array = field(repr=False)
