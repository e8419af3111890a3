"""Sees to it that no job hangs: every two seconds, in one gateway at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from projector_contracts import names
from projector_contracts.names import TASK_PROJECT, JobId
from projector_gateway.clients.leadership import Leadership
from projector_gateway.clients.leading import Leading
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.jobs import messages
from projector_gateway.jobs.idle_policy import IdlePolicy
from projector_gateway.jobs.resting_state import encode_resting_state
from projector_gateway.jobs.schedule import Schedule, Scheduled
from projector_gateway.jobs.sweep import Suspicion, moves, suspicions

SWEEP_SECONDS = 2.0
_SWEEPS_PER_THINNING = 15

_log = structlog.get_logger(__name__)


class Sweeper:
    """Runs from ``start`` to ``aclose``."""

    def __init__(self, schedule: Schedule, queue: TaskQueue, leadership: Leadership, idle: IdlePolicy) -> None:
        self._schedule = schedule
        self._queue = queue
        self._idle = idle
        self._suspected: set[Suspicion] = set()
        self._n_sweeps = 0
        self._leading = Leading(
            "sweeper", leadership, self.sweep, seconds=SWEEP_SECONDS, lapsed=self._forget_suspicions
        )

    def start(self) -> None:
        self._leading.start()

    async def aclose(self) -> None:
        await self._leading.aclose()

    def _forget_suspicions(self) -> None:
        self._suspected.clear()

    async def sweep(self) -> None:
        """Look at all jobs that have not ended once, and help those that need it."""
        jobs, machines = await self._schedule.jobs(), await self._schedule.machines()
        suspected = suspicions(jobs, machines)
        confirmed = suspected & self._suspected
        self._suspected = suspected - confirmed
        for suspicion in confirmed:
            _log.warning("job_rescued", job_id=suspicion.job_id, trouble=suspicion.trouble.value)
        now = datetime.now(UTC)
        for move in moves(jobs, machines, confirmed):
            state = encode_resting_state(move.job.state, move.state, now)
            await self._schedule.move(move.job, state, to=move.to, now=now.timestamp())
        await self._wake(await self._schedule.jobs() if confirmed else jobs, machines)
        await self._idle.follow(jobs, time.time())
        self._n_sweeps += 1
        if self._n_sweeps % _SWEEPS_PER_THINNING == 0:
            await self.thin()

    async def _wake(self, jobs: Sequence[Scheduled], machines: set[str]) -> None:
        """Make up for wake-ups that got lost: where something is due and nothing waits in the queue."""
        queues = {
            names.machine_queue(job.machine) if job.is_due_here else names.QUEUE_BATCH
            for job in jobs
            if job.due_since is not None and (not job.is_due_here or job.machine in machines)
        }
        for queue in queues:
            if not await self._schedule.n_waking(queue):
                await self._queue.send(TASK_PROJECT, (), queue=queue)

    async def thin(self) -> None:
        """Hold the bound on all kept frames: of the oldest jobs that have ended only the newest frame stays."""
        histories = await self._schedule.histories()
        total = sum(n_bytes for _, n_bytes in histories)
        running = {job.job_id for job in await self._schedule.jobs()}
        for job_id, n_bytes in histories:
            if total <= names.ALL_HISTORIES_BYTES:
                return
            if job_id not in running and await self._keep_newest(job_id):
                total -= n_bytes

    async def _keep_newest(self, job_id: JobId) -> bool:
        state = await self._schedule.state(job_id)
        if state is None:
            return False
        await self._schedule.keep_newest_frame(job_id, messages.summarize_state(state).sequence)
        return True
