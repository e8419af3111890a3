"""Stored states and frames of jobs in Redis, as the bytes that the worker wrote."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar, cast

from redis.asyncio import Redis

from projector_chassis.errors import NotFound, Unavailable
from projector_contracts.names import JobId, frames_key, losses_key, state_key
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.jobs.history import StoredHistory
from projector_gateway.jobs.messages import summarize_state

_Found = TypeVar("_Found")


class FrameArchive(Protocol):
    """What is kept of jobs that Redis has forgotten."""

    async def state(self, job_id: JobId) -> bytes | None:
        """The last serialised JobState."""

    async def frames(self, job_id: JobId, sequences: Sequence[int]) -> list[bytes | None]:
        """As ``FrameStore.frames``."""

    async def sequences(self, job_id: JobId) -> list[int]:
        """Of the kept frames, ascending."""

    async def history(self, job_id: JobId) -> StoredHistory | None:
        """Losses, and which frames are kept."""


class FrameStore:
    """Reads what workers store; every method raises ``Unavailable`` when Redis does not answer.

    Args:
        archive: asked for jobs that Redis does not hold; None: there is none.
    """

    def __init__(self, redis: Redis, archive: FrameArchive | None = None) -> None:
        self._redis = redis
        self._archive = archive

    async def state(self, job_id: JobId) -> bytes:
        """The newest serialised JobState.

        Raises:
            NotFound: no such job, or nothing is kept of it any more.
        """
        with reaching_redis():
            state = cast(bytes | None, await self._redis.get(state_key(job_id)))
        if state is None and self._archive is not None:
            state = await self._archive.state(job_id)
        if state is None:
            raise unknown_job(job_id)
        return state

    async def frame(self, job_id: JobId, sequence: int) -> bytes:
        """The serialised JobEvent of one kept frame.

        Raises:
            NotFound: the job is unknown, or the frame was never stored or has been thinned out.
        """
        (frame,) = await self.frames(job_id, [sequence])
        if frame is None:
            await self.state(job_id)
            raise frame_not_kept(job_id, sequence)
        return frame

    async def frames(self, job_id: JobId, sequences: Sequence[int]) -> list[bytes | None]:
        """Serialised JobEvents in the order of ``sequences``; None where a frame is not kept."""
        if not sequences:
            return []
        with reaching_redis():
            names = [str(sequence) for sequence in sequences]
            kept = cast(list[bytes | None], await self._redis.hmget(frames_key(job_id), names))
        missing = [sequence for sequence, frame in zip(sequences, kept, strict=True) if frame is None]
        if not missing or self._archive is None:
            return kept
        with reaching_redis():
            state = cast(bytes | None, await self._redis.get(state_key(job_id)))
        if _goes_on(state):
            return kept
        nothing: list[bytes | None] = [None] * len(missing)
        archived = await _unless_away(self._archive.frames(job_id, missing), nothing, state)
        found = dict(zip(missing, archived, strict=True))
        return [
            found.get(sequence) if frame is None else frame for sequence, frame in zip(sequences, kept, strict=True)
        ]

    async def history(self, job_id: JobId) -> StoredHistory:
        """Losses of the job and sequences of its kept frames, of one moment.

        Raises:
            NotFound: no such job, or nothing is kept of it any more.
        """
        with reaching_redis():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.exists(state_key(job_id))
                pipeline.hgetall(losses_key(job_id))
                pipeline.hkeys(frames_key(job_id))
                is_known, losses, kept = await pipeline.execute()
        if not is_known:
            archived = None if self._archive is None else await self._archive.history(job_id)
            if archived is None:
                raise unknown_job(job_id)
            return archived
        sequences = await self._with_archived(job_id, kept)
        return StoredHistory({int(name): entry for name, entry in losses.items()}, frozenset(sequences))

    async def newest(self, job_id: JobId) -> int:
        """Sequence of the newest frame.

        Raises:
            NotFound: no such job, or it has no frame yet.
        """
        newest = summarize_state(await self.state(job_id)).sequence
        if newest == 0:
            raise NotFound(f"Job {job_id} has no frame yet; watch its events or ask again later.")
        return newest

    async def is_reachable(self) -> bool:
        """Whether Redis answers."""
        with reaching_redis():
            return bool(await self._redis.ping())

    async def kept_sequences(self, job_id: JobId) -> list[int]:
        """Sequences of all kept frames, ascending."""
        with reaching_redis():
            kept = cast(list[bytes], await self._redis.hkeys(frames_key(job_id)))
        return sorted(await self._with_archived(job_id, kept))

    async def _with_archived(self, job_id: JobId, kept: Sequence[bytes]) -> set[int]:
        """Sequences that Redis keeps, and of a job that has ended those that only the archive does.

        Of such a job Redis may have dropped all frames but the last, to make room; it does not drop single ones.
        """
        sequences = {int(name) for name in kept}
        if len(sequences) > 1 or self._archive is None:
            return sequences
        with reaching_redis():
            state = cast(bytes | None, await self._redis.get(state_key(job_id)))
        if _goes_on(state):
            return sequences
        return sequences.union(await _unless_away(self._archive.sequences(job_id), [], state))


def _goes_on(state: bytes | None) -> bool:
    return state is not None and not summarize_state(state).is_final


async def _unless_away(asked: Awaitable[list[_Found]], otherwise: list[_Found], state: bytes | None) -> list[_Found]:
    """What the archive tells; of a job that Redis holds it is not needed."""
    try:
        return await asked
    except Unavailable:
        if state is None:
            raise
        return otherwise


def unknown_job(job_id: JobId) -> NotFound:
    """The error for a job of which nothing is kept."""
    return NotFound(f"Job {job_id} is not known; it was deleted, or ended long ago. Start it again.")


def frame_not_kept(job_id: JobId, sequence: int) -> NotFound:
    """The error for a frame that was never stored or has been thinned out."""
    return NotFound(f"Frame {sequence} of job {job_id} is not kept; ask for another one or for the latest.")
