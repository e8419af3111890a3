"""What the gateway writes and reads of jobs in Redis; the layout is told in ``projector_contracts.names``."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.names import JobId
from projector_gateway.clients.frames import unknown_job
from projector_gateway.clients.redis import reaching_redis

# KEYS: spec, state, slice, job's fingerprint, fingerprint:{hash}, jobs
# ARGV: spec, state, hash, job id, creation time, id of the job that may be replaced ("*": any)
# Answers with the id of the job that holds the fingerprint now.
_CREATE = """
local holder = redis.call('GET', KEYS[5])
if holder and ARGV[6] ~= '*' and holder ~= ARGV[6] then
    return holder
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[3], 'number', 1, 'attempt', 0)
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[5], ARGV[4])
redis.call('ZADD', KEYS[6], ARGV[5], ARGV[4])
return ARGV[4]
"""

# KEYS: fingerprint:{hash}; ARGV: job id
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
"""

# KEYS: slice, controls; ARGV: control. A job that has ended has no slice, and must get no key that never expires.
_CONTROL = """
if redis.call('EXISTS', KEYS[1]) == 0 then
    return 0
end
redis.call('XADD', KEYS[2], '*', 'control', ARGV[1])
return 1
"""

_ANY_JOB = "*"
_LIST_CHUNK = 20  # each may name a million rows


@dataclass(frozen=True)
class StoredJob:
    """A job as Redis holds it: serialised JobSpec and JobState."""

    job_id: JobId
    spec: bytes
    state: bytes


class JobRepository:
    """Jobs in Redis; every method raises ``Unavailable`` when it does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._create = redis.register_script(_CREATE)
        self._release = redis.register_script(_RELEASE)
        self._control = redis.register_script(_CONTROL)

    async def create(
        self, job: StoredJob, *, fingerprint: str, created_at_seconds: float, replaces: JobId | None, fresh: bool
    ) -> JobId:
        """Store a new job unless another one holds its fingerprint; all or nothing.

        Args:
            replaces: a job that may lose the fingerprint because it no longer answers for it.
            fresh: take the fingerprint from whoever holds it.

        Returns:
            Id of the job that holds the fingerprint now: the new one's, or that of the job to join.
        """
        keys = [
            names.spec_key(job.job_id),
            names.state_key(job.job_id),
            names.slice_key(job.job_id),
            names.job_fingerprint_key(job.job_id),
            names.fingerprint_key(fingerprint),
            names.JOBS,
        ]
        replaceable = _ANY_JOB if fresh else replaces or ""
        arguments: list[bytes | str] = [
            job.spec,
            job.state,
            fingerprint,
            job.job_id,
            repr(created_at_seconds),
            replaceable,
        ]
        with reaching_redis():
            holder = await self._create(keys=keys, args=arguments)
        return JobId(cast(bytes, holder).decode())

    async def forget(self, job_id: JobId) -> None:
        """Take back a job that no worker will ever hear of."""
        await self.release_fingerprint(job_id)
        keys = [
            names.spec_key(job_id),
            names.state_key(job_id),
            names.slice_key(job_id),
            names.job_fingerprint_key(job_id),
        ]
        with reaching_redis():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.delete(*keys)
                pipeline.zrem(names.JOBS, job_id)
                await pipeline.execute()

    async def release_fingerprint(self, job_id: JobId) -> None:
        """Let the next equal request start a new job, if this job still answers for such requests."""
        with reaching_redis():
            fingerprint = await self._redis.get(names.job_fingerprint_key(job_id))
            if fingerprint is not None:
                key = names.fingerprint_key(cast(bytes, fingerprint).decode())
                await self._release(keys=[key], args=[job_id])

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
        """All jobs that Redis still holds, a few at a time; ids of vanished ones are dropped from the index."""
        with reaching_redis():
            ids = [JobId(name.decode()) for name in cast(list[bytes], await self._redis.zrevrange(names.JOBS, 0, -1))]
        for start in range(0, len(ids), _LIST_CHUNK):
            chunk = ids[start : start + _LIST_CHUNK]
            jobs = await self._read_all(chunk)
            vanished = set(chunk) - {job.job_id for job in jobs}
            if vanished:
                with reaching_redis():
                    await self._redis.zrem(names.JOBS, *vanished)
            for job in jobs:
                yield job

    async def append_control(self, job_id: JobId, control: bytes) -> bool:
        """Add a serialised Control to the job's stream; False when the job has ended or is unknown."""
        keys = [names.slice_key(job_id), names.controls_key(job_id)]
        with reaching_redis():
            return bool(await self._control(keys=keys, args=[control]))

    async def _read_all(self, ids: list[JobId]) -> list[StoredJob]:
        keys = [key for job_id in ids for key in (names.spec_key(job_id), names.state_key(job_id))]
        with reaching_redis():
            contents = cast(list[bytes | None], await self._redis.mget(keys))
        pairs = zip(ids, contents[::2], contents[1::2], strict=True)
        return [
            StoredJob(job_id, spec, state) for job_id, spec, state in pairs if spec is not None and state is not None
        ]
