"""Jobs in memory: the ports ``Jobs`` and ``HeldSlice``; held to the same contract as Redis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, Self

from projector_compute.controls import Control, ControlEntry
from projector_compute.model import Dropped, Frame, JobState, KeptHistory, Phase
from projector_compute.ports import SliceLost
from projector_compute.saved import DescentState, OptimizerState, SavedJob
from projector_compute.specs import JobSpec
from projector_contracts import names
from projector_contracts.names import JobId


@dataclass
class StoredJob:
    """What the store knows of one job.

    Attributes:
        number: of the slice that may write; None once the job is final.
        due: where that slice may be taken; None: nowhere, it is held or the job rests.
        token: of whoever holds the lease.
    """

    spec: JobSpec
    state: JobState
    frames: dict[int, Frame] = field(default_factory=dict)
    losses: dict[int, float] = field(default_factory=dict)
    controls: list[ControlEntry] = field(default_factory=list)
    saved: SavedJob = field(default_factory=SavedJob)
    number: int | None = 1
    attempt: int = 0
    due: Literal["here", "anywhere"] | None = "anywhere"
    token: object | None = None
    has_fingerprint: bool = True
    announcements: list[bytes] = field(default_factory=list)


class InMemoryJobs:
    """The port ``Jobs``.

    Attributes:
        on_frame: called after each stored frame, so that a test can act in the middle of a slice.
        on_pause: called when a slice asks to be paused, before that is decided.
        max_bytes: what the frames of one job may take.
    """

    def __init__(self) -> None:
        self._jobs: dict[JobId, StoredJob] = {}
        self.on_frame: Callable[[Frame], None] = lambda frame: None
        self.on_pause: Callable[[], None] = lambda: None
        self.max_bytes = names.FRAME_HISTORY_BYTES

    def create(self, job_id: JobId, spec: JobSpec) -> None:
        now = datetime.now(UTC)
        n_points = spec.embedding.n_points if spec.rows is None else len(spec.rows)
        self._jobs[job_id] = StoredJob(spec, JobState(job_id, Phase.QUEUED, now, now, n_points=n_points))

    def __getitem__(self, job_id: JobId) -> StoredJob:
        return self._jobs[job_id]

    def find(self, job_id: JobId) -> StoredJob | None:
        return self._jobs.get(job_id)

    def control(self, job_id: JobId, action: Control) -> None:
        job = self._jobs[job_id]
        job.controls.append(ControlEntry(f"{len(job.controls) + 1}-0", action))
        if job.token is None and job.due is None:
            job.due = "here"

    def lose(self, job_id: JobId) -> None:
        """What the sweeper does for a slice whose worker was killed."""
        job = self._jobs[job_id]
        job.token, job.due, job.attempt = None, "here", job.attempt + 1

    def delete(self, job_id: JobId) -> None:
        del self._jobs[job_id]

    def take(self) -> InMemorySlice | None:
        for job_id, job in self._jobs.items():
            if job.due is not None and job.number is not None:
                job.token, job.due = object(), None
                return InMemorySlice(self, job_id, job.number, job.attempt, job.token)
        return None


class InMemorySlice:
    """The port ``HeldSlice``."""

    def __init__(self, jobs: InMemoryJobs, job_id: JobId, number: int, attempt: int, token: object) -> None:
        self._jobs = jobs
        self._token = token
        self.job_id = job_id
        self.number = number
        self.attempt = attempt

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        job = self._jobs.find(self.job_id)
        if job is not None and job.token is self._token:
            job.token, job.due = None, "here"

    def read_spec(self) -> JobSpec:
        return self._jobs[self.job_id].spec

    def read_state(self) -> JobState:
        return self._jobs[self.job_id].state

    def read_saved(self) -> SavedJob:
        return _copy_saved(self._jobs[self.job_id].saved)

    def read_history(self) -> KeptHistory:
        job = self._jobs[self.job_id]
        return KeptHistory(sorted(job.frames), sorted(job.losses), self._jobs.max_bytes)

    def controls_after(self, cursor: str) -> list[ControlEntry]:
        job = self._jobs.find(self.job_id)
        entries = [] if job is None else job.controls
        return [entry for entry in entries if _place(entry.cursor) > _place(cursor)]

    def store_frame(self, frame: Frame, state: JobState, dropped: Dropped) -> None:
        job = self._held()
        job.frames[frame.sequence] = replace(frame, layout=frame.layout.copy())
        job.losses[frame.sequence] = frame.loss
        for sequence in dropped.frames:
            job.frames.pop(sequence, None)
        for sequence in dropped.losses:
            job.losses.pop(sequence, None)
        job.state = state
        job.announcements.append(names.ANNOUNCE_FRAME)
        self._jobs.on_frame(frame)

    def store_state(self, state: JobState, *, is_news: bool = False) -> None:
        job = self._held()
        job.state = state
        job.announcements.append(names.ANNOUNCE_STATE)

    def save(self, saved: SavedJob) -> None:
        job = self._held()
        job.saved, job.attempt = _copy_saved(saved), 0

    def pause(self, saved: SavedJob, state: JobState) -> bool:
        self._jobs.on_pause()
        job = self._held()
        if self.controls_after(saved.cursor):
            return False
        job.state = state
        job.announcements.append(names.ANNOUNCE_STATE)
        self._end(job, saved)
        return True

    def hand_over(self, saved: SavedJob, *, here: bool) -> None:
        job = self._held()
        self._end(job, saved)
        job.due = "here" if here else "anywhere"

    def finish(self, state: JobState) -> None:
        job = self._held()
        job.state = state
        job.number = job.token = job.due = None
        job.has_fingerprint = state.phase is Phase.FINISHED
        job.announcements.append(names.ANNOUNCE_STATE)

    def _held(self) -> StoredJob:
        job = self._jobs.find(self.job_id)
        if job is None or job.token is not self._token or job.number != self.number:
            raise SliceLost
        return job

    def _end(self, job: StoredJob, saved: SavedJob) -> None:
        job.saved = _copy_saved(saved)
        job.number, job.attempt, job.token = self.number + 1, 0, None


def _place(cursor: str) -> tuple[int, ...]:
    return tuple(map(int, cursor.split("-")))


def _copy_saved(saved: SavedJob) -> SavedJob:
    kept = saved.optimizer
    if kept is None:
        return saved
    copied: OptimizerState | DescentState = replace(kept, layout=kept.layout.copy())
    if isinstance(copied, OptimizerState):
        copied = replace(copied, velocity=copied.velocity.copy(), gains=copied.gains.copy())
    return replace(saved, optimizer=copied)
