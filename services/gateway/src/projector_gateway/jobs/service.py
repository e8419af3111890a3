"""Create, find and control jobs."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, Unavailable
from projector_contracts.names import QUEUE_BATCH, TASK_PROJECT, JobId
from projector_gateway.clients.loader import Loader
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs import messages
from projector_gateway.jobs.checks import check_request
from projector_gateway.jobs.control_messages import encode_control
from projector_gateway.jobs.controls import STEERING, Control, Supervise
from projector_gateway.jobs.fingerprint import fingerprint
from projector_gateway.jobs.repository import JobLimits, JobRepository, NewJob, StoredJob
from projector_gateway.jobs.resolution import Resolver
from projector_gateway.jobs.schemas import FrameRef, JobRequest
from projector_gateway.people.schemas import Person
from projector_gateway.results.kept_jobs import KeptJobs

_CREATE_ATTEMPTS = 3  # another request may take a stale fingerprint first, and its job may fail at once

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CreatedJob:
    """The job that answers a request, and whether the request started it."""

    job: StoredJob
    is_new: bool


class JobService:
    """The use cases of jobs, the same for REST and gRPC."""

    def __init__(
        self,
        repository: JobRepository,
        kept: KeptJobs,
        queue: TaskQueue,
        loader: Loader,
        resolver: Resolver,
        *,
        max_rows: int,
        limits: JobLimits,
    ) -> None:
        self._repository = repository
        self._kept = kept
        self._queue = queue
        self._loader = loader
        self._resolver = resolver
        self._max_rows = max_rows
        self._limits = limits

    async def create(self, request: JobRequest, *, by: Person, forked_from: FrameRef | None = None) -> CreatedJob:
        """Start the job that was asked for, or find the one that computes the same already.

        Args:
            forked_from: the frame whose layout the request starts from.

        Raises:
            InvalidArgument: rows or parameters do not fit the embedding.
            NotFound: no such embedding or column.
            Deadline: a search for rows took too long.
            RateLimited: this person, or everybody together, has too many unfinished jobs.
            Unavailable: loader or Redis cannot be reached; nothing is left behind.
        """
        embedding = await self._loader.embedding(request.embedding_id)
        checked = await asyncio.to_thread(check_request, request, embedding, max_rows=self._max_rows)
        resolved = await self._resolver.resolve(checked, embedding)
        hash_ = await asyncio.to_thread(fingerprint, resolved, embedding)
        finished = None if resolved.fresh else await self._kept.finished(hash_)
        if finished is not None:
            return CreatedJob(finished, is_new=False)
        replaces: JobId | None = None
        for _ in range(_CREATE_ATTEMPTS):
            created_at = datetime.now(UTC)
            job = await asyncio.to_thread(_new_job, resolved, embedding, created_at, by, forked_from)
            new = NewJob(job, hash_, by.id, embedding.id, created_at.timestamp())
            holder = await self._repository.create(new, self._limits, replaces=replaces, fresh=resolved.fresh)
            if holder == job.job_id:
                await self._wake(QUEUE_BATCH)
                if resolved.fresh:
                    await self._kept.replace(hash_)
                return CreatedJob(job, is_new=True)
            joined = await self._find_joinable(holder)
            if joined is not None:
                return CreatedJob(joined, is_new=False)
            replaces = holder
        raise Unavailable("The same job was started and ended several times meanwhile; try again.")

    async def read(self, job_id: JobId) -> StoredJob:
        """One job; raises ``NotFound``."""
        return await self._kept.read(job_id)

    async def of_embedding(self, embedding_id: str) -> list[StoredJob]:
        """Jobs of one embedding, newest first, the newest hundred."""
        return await self._kept.of_embedding(embedding_id)

    async def control(self, job_id: JobId, control: Control, *, by: Person) -> None:
        """Steer, pause, resume or stop a job; it takes effect between two steps.

        Raises:
            InvalidArgument: only a t-SNE can be steered, or the labels do not fit.
            NotFound: no such job or column.
            Conflict: the job has ended (stopping it once more is no error).
        """
        action = control.action
        if action in STEERING:
            control = await self._checked_steering(job_id, control)
        queue = await self._repository.append_control(job_id, encode_control(control, by=by, at=datetime.now(UTC)))
        if queue is None:
            phase = messages.summarize_state((await self.read(job_id)).state).phase
            if action == "stop":
                return
            raise Conflict(f"Job {job_id} is {phase} and cannot {action.replace('_', ' ')}; start a new one.")
        if action == "stop" or action in STEERING:
            await self._repository.release_fingerprint(job_id)
        await self._wake(queue)

    async def delete(self, job_id: JobId) -> None:
        """End a job if it runs, and remove what is kept of it; bookmarks keep their layouts.

        Raises:
            NotFound: no such job.
        """
        await self._kept.delete(job_id)

    async def _checked_steering(self, job_id: JobId, control: Control) -> Control:
        """The control with the labels of its column, if the job can be steered."""
        target = messages.steering_target((await self.read(job_id)).spec)
        if not target.is_tsne:
            raise InvalidArgument(f"Job {job_id} is no t-SNE, and only a t-SNE knows {control.action!r}.")
        if not isinstance(control, Supervise) or control.supervision.weight == 0:
            return control
        embedding = await self._loader.embedding(target.embedding_id)
        supervision = await self._resolver.supervision(control.supervision, embedding, target.rows)
        return control.model_copy(update={"supervision": supervision})

    async def _wake(self, queue: str) -> None:
        """Wake a worker at once; where that fails, the sweeper does it a little later."""
        try:
            await self._queue.send(TASK_PROJECT, (), queue=queue)
        except Unavailable as error:
            _log.warning("wake_up_left_to_the_sweeper", reason=error.message)

    async def _find_joinable(self, job_id: JobId) -> StoredJob | None:
        try:
            job = await self.read(job_id)
        except NotFound:
            return None
        return None if messages.summarize_state(job.state).phase in ("failed", "stopped") else job


def _new_job(
    request: JobRequest, embedding: Embedding, created_at: datetime, by: Person, forked_from: FrameRef | None
) -> StoredJob:
    job_id = JobId(uuid.uuid4().hex)
    n_points = embedding.n_points if request.rows is None else len(request.rows)
    return StoredJob(
        job_id,
        messages.encode_spec(request, embedding, forked_from),
        messages.encode_queued_state(job_id, n_points=n_points, created_at=created_at, started_by=by),
    )
