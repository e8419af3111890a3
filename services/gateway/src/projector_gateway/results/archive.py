"""Jobs that have ended, as the database keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from projector_contracts.names import JobId
from projector_gateway.database import Database
from projector_gateway.jobs.history import StoredHistory
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.results.messages import Result, encode_frame, read_losses, to_job
from projector_gateway.results.orm import ResultRow
from projector_gateway.results.repository import FoundFrame, ResultRepository


class Archive:
    """Reads and writes results; every method raises ``Unavailable`` when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def job(self, job_id: JobId) -> StoredJob | None:
        """A job whose result is kept."""
        row = await self._find(job_id, "rows")
        return None if row is None else to_job(row, row.rows)

    async def of_embedding(self, embedding_id: str, limit: int) -> list[StoredJob]:
        """Jobs of one embedding, newest first, without their rows."""
        async with self._database.reading() as session:
            return [to_job(row) for row in await ResultRepository(session).of_embedding(embedding_id, limit)]

    async def answering(self, fingerprint: str) -> StoredJob | None:
        """The finished job that answers for a fingerprint."""
        async with self._database.reading() as session:
            row = await ResultRepository(session).answering(fingerprint)
        return None if row is None else to_job(row, row.rows)

    async def release(self, fingerprint: str) -> None:
        """Let no result answer for a fingerprint any more."""
        async with self._database.writing() as session:
            await ResultRepository(session).release(fingerprint)

    async def state(self, job_id: JobId) -> bytes | None:
        """The last serialised JobState."""
        row = await self._find(job_id)
        return None if row is None else row.state

    async def frames(self, job_id: JobId, sequences: Sequence[int]) -> list[bytes | None]:
        """Serialised JobEvents in the order of ``sequences``; None where a frame is not kept."""
        async with self._database.reading() as session:
            found = await ResultRepository(session).frames(job_id, sequences)
        events = await asyncio.to_thread(_events, found)
        return [events.get(sequence) for sequence in sequences]

    async def sequences(self, job_id: JobId) -> list[int]:
        """Of the kept frames, ascending."""
        async with self._database.reading() as session:
            return await ResultRepository(session).sequences(job_id)

    async def history(self, job_id: JobId) -> StoredHistory | None:
        """Losses, and which frames are kept."""
        async with self._database.reading() as session:
            repository = ResultRepository(session)
            row = await repository.find(job_id, "losses")
            if row is None:
                return None
            return StoredHistory(read_losses(row.losses), frozenset(await repository.sequences(job_id)))

    async def quality(self, job_id: JobId) -> bytes | None:
        """The serialised QueryAnswer of the last layout's quality, if it has been measured."""
        row = await self._find(job_id, "quality")
        return None if row is None else row.quality

    async def add(self, result: Result) -> None:
        """Keep a result; once more changes nothing."""
        async with self._database.writing() as session:
            await ResultRepository(session).add(result)

    async def add_quality(self, job_id: JobId, quality: bytes) -> None:
        """Note what was measured of a result, if it is still there."""
        async with self._database.writing() as session:
            await ResultRepository(session).add_quality(job_id, quality)

    async def evict(self, max_bytes: int) -> list[str]:
        """Delete the oldest results until the others take at most so many bytes; the jobs that are gone."""
        async with self._database.reading() as session:
            going = await ResultRepository(session).oldest_beyond(max_bytes)
        for job_id in going:  # one transaction each, so that nobody waits long for his turn to write
            async with self._database.writing() as session:
                await ResultRepository(session).delete(job_id)
        return going

    async def delete(self, job_id: JobId) -> bool:
        """Delete a result; layouts that bookmarks show stay. Whether there was one."""
        async with self._database.writing() as session:
            return await ResultRepository(session).delete(job_id)

    async def _find(self, job_id: JobId, *columns: str) -> ResultRow | None:
        async with self._database.reading() as session:
            return await ResultRepository(session).find(job_id, *columns)


def _events(found: Sequence[FoundFrame]) -> dict[int, bytes]:
    return {
        frame.sequence: encode_frame(frame.event, sequence=frame.sequence, step=frame.step, loss=frame.loss)
        for frame in found
    }
