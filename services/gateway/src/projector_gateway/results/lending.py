"""Hands workers a frame that Redis has forgotten, alone or with its job, for as long as people ask about it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final, cast

from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.names import JobId, LentField
from projector_gateway.clients.frames import frame_not_kept, unknown_job
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.jobs.messages import summarize_state
from projector_gateway.jobs.schemas import Sequence
from projector_gateway.results.archive import Archive
from projector_gateway.results.messages import encode_lent_spec

_LEND: Final = f"""
local now, lent, size = tonumber(ARGV[1]), {{}}, #ARGV[4] + #ARGV[5]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for _, key in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local bytes = redis.call('HSTRLEN', key, '{LentField.SPEC}') + redis.call('HSTRLEN', key, '{LentField.FRAME}')
  table.insert(lent, {{key, bytes}})
  if key ~= KEYS[1] then size = size + bytes end
end
for _, each in ipairs(lent) do
  if size <= tonumber(ARGV[3]) then break end
  if each[1] ~= KEYS[1] then
    redis.call('DEL', each[1])
    redis.call('ZREM', KEYS[2], each[1])
    size = size - each[2]
  end
end
redis.call('HSET', KEYS[1], '{LentField.SPEC}', ARGV[4], '{LentField.FRAME}', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2] / 1000, KEYS[1])
return 1
"""
"""KEYS lent frame, lent; ARGV now, how long it is lent in ms, most bytes of all, spec, frame."""

_RENEW: Final = """
if redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[1] + ARGV[2] / 1000, KEYS[1])
return 1
"""
"""KEYS lent frame, lent; ARGV now, how long it is lent in ms -> 0 where it is not lent."""


class Lending:
    """Makes kept frames readable for workers.

    Args:
        seconds: how long after a question a frame is still lent; at least as long as a question may wait.
    """

    def __init__(self, redis: Redis, archive: Archive, *, seconds: float) -> None:
        self._redis = redis
        self._archive = archive
        self._lent_ms = round(1000 * seconds)
        self._lend = redis.register_script(_LEND)
        self._renew = redis.register_script(_RENEW)

    async def readable(self, job_id: JobId, sequence: Sequence) -> Sequence:
        """See to it that workers can read a frame.

        Returns:
            The sequence under which they find it.

        Raises:
            NotFound: there is no such job, or the frame has left Redis and is not kept.
            Unavailable: Redis or the database does not answer.
        """
        with reaching_redis():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.exists(names.spec_key(job_id))
                pipeline.hexists(names.frames_key(job_id), str(sequence))
                pipeline.sismember(names.JOBS_ACTIVE, job_id)
                is_known, has_frame, goes_on = await pipeline.execute()
        if is_known and (sequence == "latest" or has_frame or goes_on):
            return sequence
        state = await self._archive.state(job_id)
        if state is None and is_known:
            return sequence  # workers find out that it is not kept
        if state is None:
            raise unknown_job(job_id)
        wanted = summarize_state(state).sequence if sequence == "latest" else sequence
        keys = [names.lent_key(job_id, wanted), names.LENT]
        with reaching_redis():
            is_lent = await self._renew(keys=keys, args=[repr(time.time()), self._lent_ms])
        if not is_lent:
            await self._put(job_id, wanted, keys)
        return wanted

    async def _put(self, job_id: JobId, sequence: int, keys: list[str]) -> None:
        job = await self._archive.job(job_id)
        (frame,) = await self._archive.frames(job_id, [sequence])
        if job is None:
            raise unknown_job(job_id)
        if frame is None:
            raise frame_not_kept(job_id, sequence)
        spec = await asyncio.to_thread(encode_lent_spec, job.spec)
        arguments: list[Any] = [repr(time.time()), self._lent_ms, names.LENT_BYTES, spec, frame]
        with reaching_redis():
            await cast(Any, self._lend(keys=keys, args=arguments))
