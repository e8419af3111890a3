"""The words of a job, as frozen values. No protobuf, no Redis."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    DOT_PRODUCT = "dot_product"


class Preprocessing(enum.Enum):
    """What is done to rows before a projection looks at them, by means and deviations of the whole embedding."""

    NONE = "none"
    SPHERIZE = "spherize"
    Z_SCORE = "z_score"


class Initialisation(enum.Enum):
    PCA_SCALED = "pca_scaled"
    RANDOM = "random"
    SPECTRAL = "spectral"
    GIVEN = "given"


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
    """Controls that every job obeys."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True, eq=False)
class Supervision:
    """Labels that draw points of the same one together, and keep those of others apart.

    Attributes:
        weight: 0 to 1.
        labels: int32 ``(n_points,)``, a category's code, IGNORED_LABEL or OWN_LABEL; empty in a control told again.
        column, ignored_label: what people call them.
    """

    weight: float
    labels: NDArray[np.int32]
    column: str = ""
    ignored_label: str = ""


IGNORED_LABEL = -1
"""Of a row that supervision passes over."""
OWN_LABEL = -2
"""Of a row that is like no other: its cell is missing."""


@dataclass(frozen=True)
class Perturb:
    """Move every point a little at random."""


@dataclass(frozen=True)
class SetLearningRate:
    """From now on; 0 means rows / exaggeration of the step."""

    learning_rate: float


@dataclass(frozen=True)
class SetExaggeration:
    """From now on."""

    exaggeration: float


@dataclass(frozen=True)
class Supervise:
    """From now on."""

    supervision: Supervision


Steering: TypeAlias = Perturb | SetLearningRate | SetExaggeration | Supervise
"""Controls that change where a t-SNE goes."""
Control: TypeAlias = Action | Steering


@dataclass(frozen=True)
class Adjustments:
    """What people have changed of a running t-SNE; None stands for what its parameters say.

    Attributes:
        supervision: with a weight of 0: none any more.
        n_perturbations: asked for and not carried out yet.
    """

    learning_rate: float | None = None
    exaggeration: float | None = None
    supervision: Supervision | None = None
    n_perturbations: int = 0

    def with_control(self, control: Steering) -> Adjustments:
        """The same after one more control."""
        match control:
            case Perturb():
                return replace(self, n_perturbations=self.n_perturbations + 1)
            case SetLearningRate(learning_rate):
                return replace(self, learning_rate=learning_rate)
            case SetExaggeration(exaggeration):
                return replace(self, exaggeration=exaggeration)
            case Supervise(supervision):
                return replace(self, supervision=supervision)


@dataclass(frozen=True)
class EmbeddingRef:
    """Which embedding, in which content; its shape is that of the whole embedding."""

    embedding_id: str
    digest: str
    n_points: int
    n_dims: int


@dataclass(frozen=True)
class PcaParameters:
    """``uncentred``: of the second moment about the origin."""

    n_components: int
    uncentred: bool = False


@dataclass(frozen=True)
class TsneParameters:
    """Parameters of a t-SNE.

    Attributes:
        perplexity: several stand for the mean of their affinities.
        learning_rate: 0 means rows / exaggeration of the step.
        initial_layout: float32 ``(n_points, n_dims)``, where the initialisation is GIVEN.
        patience_steps: end when the loss has hardly fallen for so many steps after early exaggeration; 0: never.
    """

    n_dims: int
    perplexity: tuple[float, ...]
    learning_rate: float
    early_exaggeration: float
    early_exaggeration_steps: int
    n_steps: int
    metric: Metric
    late_exaggeration: float = 1.0
    early_momentum: float = 0.5
    late_momentum: float = 0.8
    initialisation: Initialisation = Initialisation.PCA_SCALED
    initial_layout: Float32Array | None = field(default=None, repr=False, compare=False)
    patience_steps: int = 0
    supervision: Supervision | None = None


@dataclass(frozen=True)
class UmapParameters:
    """``n_epochs`` of 0 means: by the number of rows; ``initial_layout`` as in ``TsneParameters``."""

    n_dims: int
    n_neighbors: int
    min_dist: float
    metric: Metric
    n_epochs: int
    initialisation: Initialisation
    supervision: Supervision | None = None
    initial_layout: Float32Array | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class AxisSide:
    """Rows of the whole embedding, uint32; none stands for the origin."""

    rows: NDArray[np.uint32]
    label: str = ""


@dataclass(frozen=True)
class CustomAxis:
    """From the centroid of one side to that of the other."""

    start: AxisSide
    end: AxisSide


@dataclass(frozen=True)
class CustomParameters:
    """Two or three axes: x, y and z."""

    axes: tuple[CustomAxis, ...]
    normalise: bool
    orthogonalise: bool


@dataclass(frozen=True)
class RawParameters:
    """Two or three dimensions of the embedding."""

    dims: tuple[int, ...]


Projection: TypeAlias = PcaParameters | TsneParameters | UmapParameters | CustomParameters | RawParameters


@dataclass(frozen=True)
class JobSpec:
    """What to compute; ``rows`` are strictly ascending, None means all."""

    embedding: EmbeddingRef
    rows: NDArray[np.uint32] | None
    seed: int
    projection: Projection
    preprocessing: Preprocessing = Preprocessing.NONE


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
class Person:
    """Somebody, as others see them."""

    id: str
    name: str


@dataclass(frozen=True)
class ControlEntry:
    """One entry of a job's control stream; ``cursor`` is its place there."""

    cursor: str
    action: Control
    by: Person | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class AppliedControl:
    """An entry of the control stream and the step after which it took effect."""

    step: int
    entry: ControlEntry


@dataclass(frozen=True)
class PhaseTime:
    """How long a phase that is over lasted, by the wall clock."""

    phase: Phase
    seconds: float


@dataclass(frozen=True)
class PcaResult:
    """``explained_variance_ratio``: one a component, of the total variance."""

    explained_variance_ratio: tuple[float, ...]
    is_approximate: bool = False


@dataclass(frozen=True)
class AxisResult:
    """Usable rows of both sides, and the direction's length before it was normalised or made orthogonal."""

    n_from: int
    n_to: int
    length: float


@dataclass(frozen=True)
class CustomResult:
    axes: tuple[AxisResult, ...]


@dataclass(frozen=True)
class JobState:
    """All that is known of a job at one moment; ``JobState`` of the contracts says what each field means."""

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
    controls: tuple[AppliedControl, ...] = ()
    result: PcaResult | CustomResult | None = None
    started_by: Person | None = None
    queue_place: int = 0
    remaining_seconds: float | None = None
    interruption: str = ""
    times: tuple[PhaseTime, ...] = ()
    phase_began_at: datetime | None = None
    phase_began_progress: float = 0.0


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
class KeptHistory:
    """What is kept of a job's past.

    Attributes:
        frames, losses: sequences, ascending.
        max_bytes: how much frames may take at present.
    """

    frames: Sequence[int]
    losses: Sequence[int]
    max_bytes: int


@dataclass(frozen=True)
class Dropped:
    """Sequences whose frame, and whose loss, is kept no longer."""

    frames: Sequence[int] = ()
    losses: Sequence[int] = ()


@dataclass(frozen=True)
class OptimizerState:
    """Where an optimisation stands.

    Attributes:
        layout, velocity, gains: float32 ``(n_points, n_dims)`` each, ``velocity`` being the last update.
        loss: of this layout, in nats; NaN while it has not been evaluated.
        plan: by which this layout's repulsion was summed; None while it has not been.
        best_loss, best_step: the lowest loss since early exaggeration or the last adjustment, and where it was met;
            step 0 stands for not yet.
    """

    step: int
    layout: Float32Array
    velocity: Float32Array
    gains: Float32Array
    loss: float
    plan: Plan | None = None
    best_loss: float = math.inf
    best_step: int = 0


@dataclass(frozen=True)
class DescentState:
    """Where an optimisation stands that has no memory beyond its layout, as UMAP's epochs have none.

    Attributes:
        layout: float32 ``(n_points, n_dims)``.
        loss: NaN.
    """

    step: int
    layout: Float32Array
    loss: float = math.nan


@dataclass(frozen=True)
class SavedJob:
    """What the next slice needs to go on exactly where this one ends.

    Attributes:
        cursor: last applied entry of the control stream; ``0-0`` for none.
        sequence: newest published frame.
        n_threads: threads that computed it.
        optimizer: None while the optimisation has not begun.
        adjustments: by all controls up to the cursor.
    """

    cursor: str = "0-0"
    sequence: int = 0
    n_threads: int = 0
    optimizer: OptimizerState | DescentState | None = None
    adjustments: Adjustments = Adjustments()
