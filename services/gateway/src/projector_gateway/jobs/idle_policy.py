"""Jobs that nobody watches may be paused after a while, and go on when somebody comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from projector_contracts.names import JobId
from projector_gateway.jobs.control_messages import encode_control
from projector_gateway.jobs.controls import PlainControl
from projector_gateway.jobs.repository import JobRepository
from projector_gateway.jobs.resting_state import read_resting_state
from projector_gateway.jobs.schedule import Scheduled
from projector_gateway.people.schemas import Person

POLICY = Person(id="policy", name="The projector")
"""In whose name it happens."""


class IdlePolicy:
    """Remembers when each job was last watched.

    Args:
        seconds: so long a job goes on unwatched; 0: as long as it takes.
    """

    def __init__(self, repository: JobRepository, seconds: float) -> None:
        self._repository = repository
        self._seconds = seconds
        self._seen: dict[JobId, float] = {}

    async def follow(self, jobs: Sequence[Scheduled], now: float) -> None:
        """Pause what nobody has watched for too long, resume what was paused so and is watched again.

        Raises:
            Unavailable: Redis does not answer.
        """
        if not self._seconds:
            return
        self._seen = {job.job_id: max(job.last_watched, self._seen.get(job.job_id, now)) for job in jobs}
        for job in jobs:
            state = read_resting_state(job.state)
            if state.is_paused:
                if state.paused_by == POLICY.id and job.last_watched > now - self._seconds:
                    await self._control(job.job_id, PlainControl(action="resume"))
            elif self._seen[job.job_id] < now - self._seconds:
                self._seen[job.job_id] = now
                await self._control(job.job_id, PlainControl(action="pause"))

    async def _control(self, job_id: JobId, control: PlainControl) -> None:
        await self._repository.append_control(job_id, encode_control(control, by=POLICY, at=datetime.now(UTC)))
