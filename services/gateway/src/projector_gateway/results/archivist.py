"""Copies what jobs have computed into the database when they have ended: every two seconds, in one gateway at a time.

Workers note in the set ``jobs:ended`` whose result is to be copied; a job leaves it when that is done. A gateway that
dies in between leaves it there, and copying once more changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import structlog
from redis.asyncio import Redis

from projector_chassis.errors import Conflict, PublicError
from projector_contracts import names
from projector_contracts.names import JobId
from projector_gateway.clients.leadership import Leadership
from projector_gateway.clients.leading import Leading
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.jobs.messages import summarize_state
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.results.archive import Archive
from projector_gateway.results.measuring import Measuring
from projector_gateway.results.messages import EndedJob, is_measured, to_result
from projector_gateway.results.selection import choose

PERIOD_SECONDS = 2.0

_log = structlog.get_logger(__name__)


class Archivist:
    """Runs from ``start`` to ``aclose``.

    Args:
        measuring: told of each result whose quality shall be found out.
        max_bytes: of all results together; the oldest make room.
    """

    def __init__(
        self, redis: Redis, archive: Archive, leadership: Leadership, measuring: Measuring, *, max_bytes: int
    ) -> None:
        self._redis = redis
        self._archive = archive
        self._leadership = leadership
        self._measuring = measuring
        self._max_bytes = max_bytes
        self._leading = Leading("archivist", leadership, self.archive, seconds=PERIOD_SECONDS)

    def start(self) -> None:
        self._leading.start()

    async def aclose(self) -> None:
        await self._leading.aclose()

    async def archive(self) -> None:
        """Copy what has ended since the last time, and make room for it.

        Raises:
            Unavailable: Redis or the database does not answer; what is left is copied later.
        """
        with reaching_redis():
            ended = cast(set[bytes], await cast(Any, self._redis.smembers(names.JOBS_ENDED)))
        for name in sorted(ended):
            if not await self._leadership.hold():
                return
            await self._copy(JobId(name.decode()))
        if ended:
            gone = await self._archive.evict(self._max_bytes)
            if gone:
                _log.info("results_evicted", job_ids=gone)

    async def _copy(self, job_id: JobId) -> None:
        ended = await self._read(job_id)
        if ended is not None:
            try:
                await self._archive.add(await asyncio.to_thread(to_result, ended))
            except Conflict as error:  # it will not get better
                _log.error("result_damaged", job_id=job_id, reason=error.message)
                ended = None
            except PublicError:
                raise
            except Exception:  # whatever it was, the results of others wait
                _log.exception("result_not_kept", job_id=job_id)
                ended = None
        with reaching_redis():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.srem(names.JOBS_ENDED, job_id)
                pipeline.exists(names.spec_key(job_id))
                _, is_known = await pipeline.execute()
        if not is_known:
            await self._archive.delete(job_id)  # somebody has deleted the job meanwhile, and found no result yet
        elif ended is not None and is_measured(ended.job):
            self._measuring.ask(job_id)

    async def _read(self, job_id: JobId) -> EndedJob | None:
        """What Redis holds of a job; None where that is nothing any more."""
        with reaching_redis():
            async with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.get(names.spec_key(job_id))
                pipeline.get(names.state_key(job_id))
                pipeline.get(names.job_fingerprint_key(job_id))
                pipeline.hkeys(names.frames_key(job_id))
                pipeline.hgetall(names.losses_key(job_id))
                spec, state, fingerprint, kept, losses = await pipeline.execute()
        if spec is None or state is None:
            return None
        events = await self._read_frames(job_id, sorted(map(int, kept)), newest=summarize_state(state).sequence)
        answers = await self._answering(job_id, state, fingerprint)
        return EndedJob(
            StoredJob(job_id, spec, state), answers, {int(name): entry for name, entry in losses.items()}, events
        )

    async def _read_frames(self, job_id: JobId, kept: list[int], *, newest: int) -> list[bytes]:
        key = names.frames_key(job_id)
        with reaching_redis():
            async with self._redis.pipeline(transaction=False) as pipeline:
                for sequence in kept:
                    pipeline.hstrlen(key, str(sequence))
                sizes = dict(zip(kept, await pipeline.execute(), strict=True))
            found = await self._redis.hmget(key, [str(sequence) for sequence in choose(sizes, newest)])
        return [event for event in cast(list[bytes | None], found) if event is not None]

    async def _answering(self, job_id: JobId, state: bytes, fingerprint: bytes | None) -> str | None:
        """The fingerprint for which a finished job answers."""
        if fingerprint is None or summarize_state(state).phase != "finished":
            return None
        with reaching_redis():
            holder = await self._redis.get(names.fingerprint_key(fingerprint.decode()))
        return fingerprint.decode() if holder == job_id.encode() else None
