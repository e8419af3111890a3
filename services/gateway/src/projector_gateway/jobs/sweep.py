"""What has to be done for jobs that do not get on by themselves: decided from what is seen of them, without doing it.

A worker may be killed at any moment, a wake-up may get lost, a machine may never come back. Whatever looks wrong is
acted upon only when it looks the same a second time: a worker that was cut off for a moment goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from projector_contracts.names import DUE, SLICE_SECONDS, JobId, due_key
from projector_gateway.jobs.resting_state import RestingState, read_resting_state
from projector_gateway.jobs.schedule import Scheduled

_LOST = "The worker that computed this is gone; another one goes on from where it was saved last."
_MOVED = "The machine that held this job's neighbors is gone; another one computes them again."
_NO_WORKER = "No worker is running; the job goes on when one comes."


class Trouble(Enum):
    """Why a job may not get on."""

    WORKER_LOST = "its worker is lost"
    FORGOTTEN = "nothing says that it is due"
    MACHINE_LOST = "it waits for a machine that is gone"


@dataclass(frozen=True)
class Suspicion:
    """A trouble with a slice; the same slice with another worker is another one."""

    job_id: JobId
    number: int
    attempt: int
    holder: str
    trouble: Trouble


@dataclass(frozen=True)
class Move:
    """Give a job this state and, unless ``to`` is None, make it due there."""

    job: Scheduled
    state: RestingState
    to: str | None


def suspicions(jobs: Iterable[Scheduled], machines: set[str]) -> set[Suspicion]:
    """What does not look right at this moment."""
    found: set[Suspicion] = set()
    for job in jobs:
        trouble = _trouble(job, machines)
        if trouble is not None:
            found.add(Suspicion(job.job_id, job.number, job.attempt, job.holder, trouble))
    return found


def _trouble(job: Scheduled, machines: set[str]) -> Trouble | None:
    if job.is_lost:
        return Trouble.WORKER_LOST
    if not job.rests:
        return None
    if job.due_since is None:
        return None if read_resting_state(job.state).is_paused else Trouble.FORGOTTEN
    return Trouble.MACHINE_LOST if job.is_due_here and job.machine not in machines else None


def moves(jobs: Sequence[Scheduled], machines: set[str], confirmed: set[Suspicion]) -> list[Move]:
    """What to do: for confirmed troubles, and so that everybody knows where a waiting job stands.

    Args:
        machines: those with a living worker.
        confirmed: troubles that were seen twice.
    """
    troubles = {suspicion.job_id: suspicion.trouble for suspicion in confirmed}
    queue = sorted((job for job in jobs if job.due_since is not None), key=lambda job: (job.share, job.due_since))
    places = {job.job_id: place for place, job in enumerate(queue, 1)}
    found: list[Move] = []
    for job in jobs:
        move = _move(job, machines, troubles.get(job.job_id), places.get(job.job_id))
        if move is not None:
            found.append(move)
    return found


def _move(job: Scheduled, machines: set[str], trouble: Trouble | None, place: int | None) -> Move | None:
    state = read_resting_state(job.state)
    if trouble is not None:
        is_home_alive = job.machine in machines
        reason = _LOST if trouble is Trouble.WORKER_LOST else _MOVED if trouble is Trouble.MACHINE_LOST else ""
        to = due_key(job.machine) if is_home_alive and trouble is not Trouble.MACHINE_LOST else DUE
        return Move(job, state.with_reason(reason if machines else _NO_WORKER), to)
    if not job.rests or place is None or state.is_paused:
        return None
    told = state.with_reason(state.interruption if state.interruption not in ("", _NO_WORKER) else "")
    if not machines:
        told = state.with_reason(_NO_WORKER)
    if state.is_queued:
        waits = place * SLICE_SECONDS / len(machines) if machines else None
        told = told.with_place(place, waits)
    return None if told == state else Move(job, told, None)
