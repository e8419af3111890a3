"""Jobs wherever they are kept: in Redis while they run and a day longer, in the database long after."""

from __future__ import annotations

from contextlib import aclosing

import structlog

from projector_chassis.errors import NotFound, Unavailable
from projector_contracts.names import JobId
from projector_gateway.jobs import messages
from projector_gateway.jobs.repository import JobRepository, StoredJob
from projector_gateway.results.archive import Archive
from projector_gateway.results.messages import created_at

MAX_LISTED = 100

_log = structlog.get_logger(__name__)


class KeptJobs:
    """Finds and deletes jobs. Those in Redis are found without the database."""

    def __init__(self, repository: JobRepository, archive: Archive) -> None:
        self._repository = repository
        self._archive = archive

    async def read(self, job_id: JobId) -> StoredJob:
        """One job; raises ``NotFound``."""
        try:
            return await self._repository.read(job_id)
        except NotFound:
            archived = await self._archive.job(job_id)
            if archived is None:
                raise
            return archived

    async def of_embedding(self, embedding_id: str) -> list[StoredJob]:
        """Jobs of one embedding, newest first; older ones than MAX_LISTED are left out, and rows may be."""
        found: dict[JobId, StoredJob] = {}
        async with aclosing(self._repository.newest_first()) as jobs:
            async for job in jobs:
                if messages.embedding_of(job.spec) == embedding_id:
                    found[job.job_id] = job
                if len(found) == MAX_LISTED:
                    break
        try:
            archived = await self._archive.of_embedding(embedding_id, MAX_LISTED)
        except Unavailable as error:
            _log.warning("results_not_listed", reason=error.message)
            archived = []
        for job in archived:
            found.setdefault(job.job_id, job)
        return sorted(found.values(), key=created_at, reverse=True)[:MAX_LISTED]

    async def finished(self, fingerprint: str) -> StoredJob | None:
        """The finished job that answers for a fingerprint for which no job in Redis does."""
        if await self._repository.holder(fingerprint) is not None:
            return None
        try:
            return await self._archive.answering(fingerprint)
        except Unavailable as error:
            _log.warning("result_not_looked_for", reason=error.message)
            return None

    async def replace(self, fingerprint: str) -> None:
        """Let no kept result answer for a fingerprint, because a job has been started afresh."""
        try:
            await self._archive.release(fingerprint)
        except Unavailable as error:
            _log.warning("result_not_replaced", reason=error.message)

    async def delete(self, job_id: JobId) -> None:
        """End a job if it runs, and keep nothing of it but the layouts that bookmarks show; raises ``NotFound``."""
        job = await self.read(job_id)
        embedding_id = messages.embedding_of(job.spec)
        await self._repository.delete(job_id, embedding_id)  # first, so that nobody copies it once more
        if await self._archive.delete(job_id):
            await self._repository.announce_change(embedding_id)
