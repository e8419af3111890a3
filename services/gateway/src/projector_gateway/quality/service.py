"""The quality of a layout, asked of a batch worker: it takes seconds, which no click should wait for."""

from __future__ import annotations

import structlog

from projector_chassis.errors import PublicError, Unavailable
from projector_contracts.names import JobId
from projector_gateway.clients.answers import read_answer
from projector_gateway.clients.questions import Questions
from projector_gateway.jobs.messages import summarize_state
from projector_gateway.jobs.service import JobService
from projector_gateway.people.schemas import Person
from projector_gateway.quality.messages import encode_query
from projector_gateway.quality.schemas import QualityRequest
from projector_gateway.results.archive import Archive
from projector_gateway.results.lending import Lending

_USUAL = QualityRequest()

_log = structlog.get_logger(__name__)


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
        state = summarize_state(job.state)
        is_result = (
            state.is_final
            and request.n_neighbors == _USUAL.n_neighbors
            and request.sequence in ("latest", state.sequence)
        )
        if is_result:
            measured = await self._measured(job_id)
            if measured is not None:
                return measured
        sequence = await self._lending.readable(job_id, request.sequence)
        query = encode_query(job_id, request.model_copy(update={"sequence": sequence}))
        answer = await self._questions.ask(query, by=by)
        if is_result:
            await self._keep(job_id, answer)
        return answer

    async def _measured(self, job_id: JobId) -> bytes | None:
        """What has been found out of a result already; a database that is away is no reason not to ask."""
        try:
            return await self._archive.quality(job_id)
        except Unavailable:
            return None

    async def _keep(self, job_id: JobId, answer: bytes) -> None:
        """Note what has been found out of a result, if it is in the database already; a failure is not kept."""
        try:
            read_answer(answer)
            await self._archive.add_quality(job_id, answer)
        except PublicError as error:
            _log.info("quality_not_kept", job_id=job_id, reason=error.message)
