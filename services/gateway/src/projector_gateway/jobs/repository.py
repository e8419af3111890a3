"""What the gateway writes and reads of jobs in Redis; the layout is told in ``projector_contracts.names``."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from projector_chassis.errors import RateLimited
from projector_contracts import names
from projector_contracts.names import JobId
from projector_gateway.clients.frames import unknown_job
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.jobs import redis_scripts
from projector_gateway.jobs.bulk import without_bulk
from projector_gateway.recent import Recent

_ANY_JOB = "*"
_LIST_CHUNK = 20  # each may name a million rows
_MOST_LISTED = 2_000
_MOST_LISTED_BYTES = 8 * 1024
_REFUSALS = {
    b"own": "You have {most_own} unfinished jobs, the most that one person may have; stop or delete one, or wait.",
    b"all": "There are {most} unfinished jobs, the most at a time; wait until one has ended.",
}


@dataclass(frozen=True)
class StoredJob:
    """A job as Redis holds it: serialised JobSpec and JobState."""

    job_id: JobId
    spec: bytes
    state: bytes


@dataclass(frozen=True)
class JobLimits:
    """Most unfinished jobs of one person, and of all."""

    of_one: int = 10
    of_all: int = 200


@dataclass(frozen=True)
class NewJob:
    """What is stored of a job beside itself.

    Attributes:
        owner: id of the person whose share the work counts for.
    """

    job: StoredJob
    fingerprint: str
    owner: str
    embedding_id: str
    created_at_seconds: float


class JobRepository:
    """Jobs in Redis; every method raises ``Unavailable`` when it does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._listed: Recent[JobId, bytes] = Recent(_MOST_LISTED)
        self._create = redis.register_script(redis_scripts.CREATE)
        self._release = redis.register_script(redis_scripts.RELEASE)
        self._delete = redis.register_script(redis_scripts.DELETE)
        self._control = redis.register_script(redis_scripts.CONTROL)

    async def create(self, new: NewJob, limits: JobLimits, *, replaces: JobId | None, fresh: bool) -> JobId:
        """Store a new job, due at once, unless another one holds its fingerprint; all or nothing.

        Args:
            replaces: a job that may lose the fingerprint because it no longer answers for it.
            fresh: take the fingerprint from whoever holds it.

        Returns:
            Id of the job that holds the fingerprint now: the new one's, or that of the job to join.

        Raises:
            RateLimited: there are as many unfinished jobs as may be.
        """
        job = new.job
        keys = [
            names.spec_key(job.job_id),
            names.state_key(job.job_id),
            names.slice_key(job.job_id),
            names.job_fingerprint_key(job.job_id),
            names.fingerprint_key(new.fingerprint),
            names.JOBS,
            names.JOBS_ACTIVE,
            names.DUE,
        ]
        replaceable = _ANY_JOB if fresh else replaces or ""
        arguments: list[bytes | str | int] = [
            job.spec,
            job.state,
            new.fingerprint,
            job.job_id,
            repr(new.created_at_seconds),
            replaceable,
            new.owner,
            new.embedding_id,
            limits.of_one,
            limits.of_all,
        ]
        with reaching_redis():
            holder = cast(bytes, await self._create(keys=keys, args=arguments))
        if holder in _REFUSALS:
            message = _REFUSALS[holder].format(most_own=limits.of_one, most=limits.of_all)
            raise RateLimited(message)
        return JobId(holder.decode())

    async def release_fingerprint(self, job_id: JobId) -> None:
        """Let the next equal request start a new job, if this job still answers for such requests."""
        with reaching_redis():
            fingerprint = await self._redis.get(names.job_fingerprint_key(job_id))
            if fingerprint is not None:
                key = names.fingerprint_key(cast(bytes, fingerprint).decode())
                await self._release(keys=[key], args=[job_id])

    async def holder(self, fingerprint: str) -> JobId | None:
        """The job that answers for a fingerprint."""
        with reaching_redis():
            holder = cast(bytes | None, await self._redis.get(names.fingerprint_key(fingerprint)))
        return None if holder is None else JobId(holder.decode())

    async def announce_change(self, embedding_id: str) -> None:
        """Tell everybody that the list of an embedding's jobs is not what it was."""
        with reaching_redis():
            await self._redis.publish(names.JOBS_CHANNEL, embedding_id)

    async def delete(self, job_id: JobId, embedding_id: str) -> None:
        """Remove a job with all that is kept of it; one that runs ends without a word."""
        keys = [
            names.slice_key(job_id),
            names.job_fingerprint_key(job_id),
            names.DUE,
            names.JOBS,
            names.JOBS_ACTIVE,
            names.JOBS_ENDED,
            names.spec_key(job_id),
            names.state_key(job_id),
            names.frames_key(job_id),
            names.losses_key(job_id),
            names.controls_key(job_id),
            names.optimizer_key(job_id),
            names.lease_key(job_id),
            names.watchers_key(job_id),
        ]
        with reaching_redis():
            await self._delete(keys=keys, args=[job_id, names.channel(job_id), embedding_id])

    async def read(self, job_id: JobId) -> StoredJob:
        """One job.

        Raises:
            NotFound: no such job, or its day in Redis is over.
        """
        found = await self._read_all([job_id])
        if not found:
            raise unknown_job(job_id)
        return found[0]

    async def newest_first(self) -> AsyncGenerator[StoredJob, None]:
        """All jobs that Redis still holds, without what is large in their specs; a few at a time.

        Ids of vanished ones are dropped from the index.
        """
        with reaching_redis():
            ids = [JobId(name.decode()) for name in cast(list[bytes], await self._redis.zrevrange(names.JOBS, 0, -1))]
        for start in range(0, len(ids), _LIST_CHUNK):
            chunk = ids[start : start + _LIST_CHUNK]
            jobs = await self._read_listed(chunk)
            vanished = set(chunk) - {job.job_id for job in jobs}
            if vanished:
                with reaching_redis():
                    await self._redis.zrem(names.JOBS, *vanished)
            for job in jobs:
                yield job

    async def append_control(self, job_id: JobId, control: bytes) -> str | None:
        """Add a serialised Control to the job's stream; a job that rests becomes due.

        Returns:
            The queue in which to send a wake-up; None when the job has ended or is unknown.
        """
        keys = [names.slice_key(job_id), names.controls_key(job_id), names.DUE]
        with reaching_redis():
            known, *machine = await self._control(keys=keys, args=[control, repr(time.time()), job_id])
        if not known:
            return None
        return names.machine_queue(machine[0].decode()) if machine[0] else names.QUEUE_BATCH

    async def _read_listed(self, ids: list[JobId]) -> list[StoredJob]:
        """As ``_read_all``, with specs without what is large; they never change, so each is read once."""
        strange = [job_id for job_id in ids if self._listed.get(job_id) is None]
        read = await self._read_all(strange) if strange else []
        found = await asyncio.to_thread(lambda: {job.job_id: without_bulk(job.spec) for job in read})
        for job_id, spec in found.items():
            if len(spec) <= _MOST_LISTED_BYTES:
                self._listed.put(job_id, spec)
        with reaching_redis():
            states = cast(list[bytes | None], await self._redis.mget([names.state_key(job_id) for job_id in ids]))
        specs = [found.get(job_id) or self._listed.get(job_id) for job_id in ids]
        return [
            StoredJob(job_id, spec, state)
            for job_id, spec, state in zip(ids, specs, states, strict=True)
            if spec is not None and state is not None
        ]

    async def _read_all(self, ids: list[JobId]) -> list[StoredJob]:
        keys = [key for job_id in ids for key in (names.spec_key(job_id), names.state_key(job_id))]
        with reaching_redis():
            contents = cast(list[bytes | None], await self._redis.mget(keys))
        pairs = zip(ids, contents[::2], contents[1::2], strict=True)
        return [
            StoredJob(job_id, spec, state) for job_id, spec, state in pairs if spec is not None and state is not None
        ]
