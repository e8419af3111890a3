"""What a job is asked to compute, as frozen values. No protobuf, no Redis."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

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
