"""The quality of a layout, asked of a batch worker: it takes seconds, which no click should wait for."""

from __future__ import annotations

from projector_chassis.errors import Unavailable
from projector_contracts.names import JobId
from projector_gateway.clients.questions import Questions
from projector_gateway.jobs.messages import summarize_state
from projector_gateway.jobs.service import JobService
from projector_gateway.people.schemas import Person
from projector_gateway.quality.messages import encode_query
from projector_gateway.quality.schemas import QualityRequest
from projector_gateway.results.archive import Archive
from projector_gateway.results.lending import Lending

_USUAL = QualityRequest()


class QualityService:
    """Asks workers to measure layouts."""

    def __init__(self, jobs: JobService, questions: Questions, archive: Archive, lending: Lending) -> None:
        self._jobs = jobs
        self._questions = questions
        self._archive = archive
        self._lending = lending

    async def measure(self, job_id: JobId, request: QualityRequest, *, by: Person) -> bytes:
        """The worker's serialised QueryAnswer with the scores of a kept layout.

        Raises:
            NotFound: there is no such job, or the frame is not kept.
            RateLimited: this person, or everybody together, waits for too many answers.
            Deadline: no worker answered in time.
        """
        job = await self._jobs.read(job_id)
        if request.n_neighbors == _USUAL.n_neighbors and request.sequence in (
            "latest",
            summarize_state(job.state).sequence,
        ):
            measured = await self._measured(job_id)
            if measured is not None:
                return measured
        sequence = await self._lending.readable(job_id, request.sequence)
        return await self._questions.ask(encode_query(job_id, request.model_copy(update={"sequence": sequence})), by=by)

    async def _measured(self, job_id: JobId) -> bytes | None:
        """What has been found out of a result already; a database that is away is no reason not to ask."""
        try:
            return await self._archive.quality(job_id)
        except Unavailable:
            return None
