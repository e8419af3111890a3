"""What the projector tells, as frozen values and numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Phase = Literal["queued", "loading", "neighbors", "affinities", "running", "paused", "finished", "stopped", "failed"]
Metric = Literal["cosine", "euclidean"]
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


@dataclass(frozen=True)
class JobState:
    """All that is known of a job at one moment.

    Attributes:
        progress: of the phase, 0 to 1.
        step: steps done, over the whole job.
        sequence: newest frame; 0: none yet.
        failure: (code, message) of a failed job.
        explained_variance_ratio: one a component, finished PCA jobs only.
    """

    phase: Phase
    progress: float
    step: int
    sequence: int
    n_points: int
    created_at: datetime
    failure: tuple[str, str] | None
    notices: tuple[Problem, ...]
    explained_variance_ratio: tuple[float, ...] | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing follows."""
        return self.phase in ("finished", "stopped", "failed")
