"""What a job has come to: its state, its frames and its result, as frozen values. No protobuf, no Redis."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from projector_compute.controls import AppliedControl, Person
from projector_compute.specs import Float32Array
from projector_contracts.names import JobId


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
