"""What is asked beside jobs, and its answers, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.quality import LayoutQuality
from projector_compute.model import Failure, Notice
from projector_compute.specs import EmbeddingRef, Float32Array, JobSpec, Metric, Preprocessing
from projector_contracts.names import JobId


@dataclass(frozen=True)
class LayoutRef:
    """A kept frame of a job; sequence 0 stands for the newest."""

    job_id: JobId
    sequence: int


@dataclass(frozen=True, eq=False)
class KeptLayout:
    """A job's layout as it was published.

    Attributes:
        sequence: its number.
        layout: float32 ``(n_points, n_dims)``, read-only; row i is the i-th row of the job.
    """

    spec: JobSpec
    sequence: int
    layout: Float32Array


@dataclass(frozen=True)
class NeighborsQuery:
    """Rows of the embedding; with a layout, distances are those in it."""

    embedding: EmbeddingRef
    rows: tuple[int, ...]
    n_neighbors: int
    metric: Metric
    preprocessing: Preprocessing = Preprocessing.NONE
    layout: LayoutRef | None = None


@dataclass(frozen=True, eq=False)
class Neighbors:
    """Of each row asked about, ascending by distance, ties by row.

    Attributes:
        rows: uint32 ``(n_queries, n_neighbors)``.
        distances: float32 ``(n_queries, n_neighbors)``.
        sequence: of the layout, where one was asked about.
    """

    rows: NDArray[np.uint32]
    distances: Float32Array = field(repr=False)
    notices: tuple[Notice, ...] = ()
    sequence: int | None = None


@dataclass(frozen=True)
class QualityQuery:
    layout: LayoutRef
    n_neighbors: int


@dataclass(frozen=True, eq=False)
class MeasuredQuality:
    """Scores of the layout with this sequence."""

    sequence: int
    quality: LayoutQuality
    notices: tuple[Notice, ...] = ()


Answer: TypeAlias = Neighbors | MeasuredQuality | Failure
