"""Results in the database. Everything here works inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from projector_gateway.collections.layouts import LayoutRepository
from projector_gateway.collections.orm import LayoutRow
from projector_gateway.results.messages import Result
from projector_gateway.results.orm import ResultFrameRow, ResultRow

_LARGEST_SEQUENCE = 2**63 - 1  # that a column can hold; people may ask for any


@dataclass(frozen=True)
class FoundFrame:
    """A frame of a result, and the JobEvent by which its layout came in."""

    sequence: int
    step: int
    loss: float | None
    event: bytes


class ResultRepository:
    """Reads and writes results."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._layouts = LayoutRepository(session)

    async def add(self, result: Result) -> None:
        """Store a result unless it is there already."""
        if await self.find(result.row.job_id) is not None:
            return
        for frame in sorted(result.frames, key=lambda frame: frame.layout.digest):
            await self._layouts.keep(frame.layout)
        self._session.add(result.row)
        await self._session.flush()
        self._session.add_all(
            ResultFrameRow(
                job_id=result.row.job_id,
                sequence=frame.sequence,
                step=frame.step,
                loss=frame.loss,
                layout_digest=frame.layout.digest,
            )
            for frame in result.frames
        )
        await self._session.flush()

    async def find(self, job_id: str, *columns: str) -> ResultRow | None:
        """One result with these of its large columns."""
        query = select(ResultRow).where(ResultRow.job_id == job_id)
        query = query.options(*(undefer(getattr(ResultRow, column)) for column in columns))
        found: ResultRow | None = await self._session.scalar(query)
        return found

    async def of_embedding(self, embedding_id: str, limit: int) -> Sequence[ResultRow]:
        """Newest first."""
        query = (
            select(ResultRow)
            .where(ResultRow.embedding_id == embedding_id)
            .order_by(ResultRow.created_at.desc(), ResultRow.job_id)
            .limit(limit)
        )
        return (await self._session.scalars(query)).all()

    async def answering(self, fingerprint: str) -> ResultRow | None:
        """The newest result that answers for a fingerprint."""
        query = select(ResultRow).where(ResultRow.fingerprint == fingerprint).order_by(ResultRow.created_at.desc())
        found: ResultRow | None = await self._session.scalar(query.options(undefer(ResultRow.rows)).limit(1))
        return found

    async def release(self, fingerprint: str) -> None:
        """Let no result answer for a fingerprint any more."""
        released = update(ResultRow).where(ResultRow.fingerprint == fingerprint).values(fingerprint=None)
        await self._session.execute(released)

    async def sequences(self, job_id: str) -> list[int]:
        """Of the kept frames, ascending."""
        query = select(ResultFrameRow.sequence).where(ResultFrameRow.job_id == job_id)
        return sorted((await self._session.scalars(query)).all())

    async def frames(self, job_id: str, sequences: Sequence[int]) -> list[FoundFrame]:
        """Those of these frames that are kept."""
        possible = [sequence for sequence in sequences if sequence <= _LARGEST_SEQUENCE]
        query = (
            select(ResultFrameRow.sequence, ResultFrameRow.step, ResultFrameRow.loss, LayoutRow.event)
            .join(LayoutRow, LayoutRow.digest == ResultFrameRow.layout_digest)
            .where(ResultFrameRow.job_id == job_id, ResultFrameRow.sequence.in_(possible))
        )
        return [FoundFrame(*found) for found in await self._session.execute(query)]

    async def add_quality(self, job_id: str, quality: bytes) -> None:
        """Note the quality of a result, if it is still there."""
        measured = update(ResultRow).where(ResultRow.job_id == job_id, ResultRow.quality.is_(None))
        await self._session.execute(measured.values(quality=quality, n_bytes=ResultRow.n_bytes + len(quality)))

    async def oldest_beyond(self, max_bytes: int) -> list[str]:
        """Jobs whose results have to go so that the others take at most so many bytes."""
        total = (await self._session.scalars(select(func.coalesce(func.sum(ResultRow.n_bytes), 0)))).one()
        if total <= max_bytes:
            return []
        query = select(ResultRow.job_id, ResultRow.n_bytes).order_by(ResultRow.created_at, ResultRow.job_id)
        going: list[str] = []
        for job_id, n_bytes in await self._session.execute(query):
            if total <= max_bytes:
                break
            going.append(job_id)
            total -= n_bytes
        return going

    async def delete(self, job_id: str) -> bool:
        """Delete a result, and those of its layouts that nobody else shows; whether there was one."""
        shown = select(ResultFrameRow.layout_digest).where(ResultFrameRow.job_id == job_id)
        digests = (await self._session.scalars(shown)).all()
        gone = await self._session.execute(
            delete(ResultRow).where(ResultRow.job_id == job_id).returning(ResultRow.job_id)
        )
        if gone.first() is None:
            return False
        await self._layouts.drop_unused(digests)
        return True
