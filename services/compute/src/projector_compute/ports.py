"""What the use cases need from outside, in the domain's words. Adapters implement it; tests bring it in memory.

The protocol of slices, leases and controls between gateway and workers stands in ``projector_contracts.names``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from projector_compute.controls import ControlEntry
from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.model import Dropped, Frame, JobState, KeptHistory
from projector_compute.questions import Answer, KeptLayout, LayoutRef
from projector_compute.saved import SavedJob
from projector_compute.specs import EmbeddingRef, Float32Array, JobSpec
from projector_contracts.names import JobId

Progress: TypeAlias = Callable[[float], None]
"""Called now and then with the done part, 0 to 1; may raise to abandon the work."""


Waiting: TypeAlias = Callable[[str], None]
"""Called with the reason while nothing gets on, and with "" once it does; may raise to abandon the work."""


class SliceLost(Exception):
    """Another worker may write now, or the job has ended or was deleted: end without a word."""


class JobsUnavailable(Exception):
    """The jobs' store does not answer, not even after retries; nothing more can be said about the job."""


class EmbeddingStore(Protocol):
    """Embeddings as read-only mapped arrays."""

    def open(
        self, ref: EmbeddingRef, progress: Progress, waiting: Waiting = ...
    ) -> AbstractContextManager[Float32Array]:
        """The whole embedding, float32 ``(n_points, n_dims)``; it stays mapped until the context ends.

        Raises:
            PublicError: it cannot be had; what ``progress`` and ``waiting`` raise passes through.
        """
        ...


class HeldSlice(Protocol):
    """One slice of a job, held under a lease that is renewed until the context ends; if it has not ended then, it is
    due again.

    Every write checks in the same transaction that the lease and the slice number still hold, and raises ``SliceLost``
    otherwise. Every method raises ``JobsUnavailable`` when the store does not answer.
    """

    @property
    def job_id(self) -> JobId: ...

    @property
    def number(self) -> int: ...

    @property
    def attempt(self) -> int:
        """How many workers have lost this slice before."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def read_spec(self) -> JobSpec: ...

    def read_state(self) -> JobState: ...

    def read_saved(self) -> SavedJob:
        """What the slice before left; the default SavedJob where there was none."""
        ...

    def read_history(self) -> KeptHistory: ...

    def controls_after(self, cursor: str) -> list[ControlEntry]: ...

    def store_frame(self, frame: Frame, state: JobState, dropped: Dropped) -> None:
        """Keep the frame and its loss together with the state, drop those sequences, announce ``frame``."""
        ...

    def store_state(self, state: JobState, *, is_news: bool = False) -> None:
        """Replace the state and announce ``state``; news also concern whoever looks at a list of jobs."""
        ...

    def save(self, saved: SavedJob) -> None:
        """Keep this for whoever has to take over; the slice goes on, and its attempts are counted from 0 again."""
        ...

    def pause(self, saved: SavedJob, state: JobState) -> bool:
        """End the slice with a PAUSED state, unless a control after ``saved.cursor`` waits to be read.

        Returns:
            False, and nothing changed, where such a control waits.
        """
        ...

    def hand_over(self, saved: SavedJob, *, here: bool) -> None:
        """End the slice; the next one is due here, where neighbors and affinities lie, or anywhere."""
        ...

    def finish(self, state: JobState) -> None:
        """End the job with a final state; what is kept of it expires after FINISHED_JOB_SECONDS."""
        ...


class Jobs(Protocol):
    """All jobs' shared store."""

    def take(self) -> HeldSlice | None:
        """Take the slice whose turn it is, under a lease; None where nothing is due here."""
        ...


class StageStore(Protocol):
    """What later slices of a job need of the stages done, on this machine only; None where it must be made again."""

    def load_neighbors(self, job_id: JobId) -> NeighborTable | None: ...

    def save_neighbors(self, job_id: JobId, table: NeighborTable) -> None: ...

    def load_affinities(self, job_id: JobId) -> Affinities | None: ...

    def save_affinities(self, job_id: JobId, affinities: Affinities) -> None: ...

    def remove(self, job_id: JobId) -> None: ...


class LayoutStore(Protocol):
    def read(self, ref: LayoutRef) -> KeptLayout:
        """A kept layout with the spec of its job.

        Raises:
            PublicError: the job is not known, has no frame yet, or does not keep this one; or the store is away.
        """
        ...


class AnswerBox(Protocol):
    def put(self, answer_id: str, outcome: Answer) -> None:
        """Leave the one answer of a question; it expires unread."""
        ...


class StreamedBench(Protocol):
    """What a slice of a projection that comes in steps works with."""

    @property
    def embeddings(self) -> EmbeddingStore: ...
    @property
    def stages(self) -> StageStore: ...
    @property
    def slice_seconds(self) -> float: ...
