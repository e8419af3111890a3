"""The jobs that have not ended, as Redis holds them, and the few things the gateway may change of those that rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.names import JobId, SliceField
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.jobs import redis_scripts

_MACHINES = names.worker_key("batch", "")


@dataclass(frozen=True)
class Scheduled:
    """One job that has not ended.

    Attributes:
        number, attempt: of the slice that may write.
        holder: token of the worker that took it; empty: none did.
        machine: where its stages lie; empty: nowhere yet.
        is_leased: whether that worker has given a sign of life.
        due_since: since when it waits for a worker, in Unix seconds; None: it does not.
        is_due_here: whether it waits for ``machine`` alone.
        share: of its owner; who has had less is served first.
        state: serialised JobState.
        last_watched: when somebody was seen watching, in Unix seconds; 0: nobody is.
    """

    job_id: JobId
    number: int
    attempt: int
    holder: str
    machine: str
    is_leased: bool
    due_since: float | None
    is_due_here: bool
    share: float
    state: bytes
    last_watched: float

    @property
    def is_lost(self) -> bool:
        """Whether a worker took the slice and is heard of no more."""
        return bool(self.holder) and not self.is_leased

    @property
    def rests(self) -> bool:
        """Whether no worker has the slice."""
        return not self.holder and not self.is_leased


class Schedule:
    """Reads and moves jobs; every method raises ``Unavailable`` when Redis does not answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._move = redis.register_script(redis_scripts.MOVE)
        self._thin = redis.register_script(redis_scripts.THIN)

    async def jobs(self) -> list[Scheduled]:
        """All jobs that have not ended; ids of vanished ones are dropped from the index."""
        with reaching_redis():
            ids = sorted(JobId(name.decode()) for name in await self._members(names.JOBS_ACTIVE))
            slices = await self._each(ids, lambda pipeline, job: pipeline.hgetall(names.slice_key(job)))
            shares = dict(cast(Any, await self._redis.zrange(names.SHARES, 0, -1, withscores=True)))
            found: list[Scheduled] = []
            for job_id, fields in zip(ids, slices, strict=True):
                job = await self._read(job_id, fields, shares) if fields else None
                if job is None:
                    await cast(Any, self._redis.srem(names.JOBS_ACTIVE, job_id))
                else:
                    found.append(job)
        return found

    async def machines(self) -> set[str]:
        """Machines whose batch worker is ready for work."""
        with reaching_redis():
            return {key.decode().removeprefix(_MACHINES) async for key in self._redis.scan_iter(match=f"{_MACHINES}*")}

    async def n_waking(self, queue: str) -> int:
        """Wake-ups, and questions, that wait in a queue."""
        with reaching_redis():
            return int(await cast(Any, self._redis.llen(queue)))

    async def move(self, job: Scheduled, state: bytes, *, to: str | None, now: float) -> bool:
        """Give a job that rests, or whose worker is lost, another state, and perhaps another place to wait.

        Args:
            to: set of due jobs; None: it stays where it is.

        Returns:
            False, and nothing changed, where a worker has it meanwhile.
        """
        home = names.due_key(job.machine) if job.machine else names.DUE
        keys = [
            names.slice_key(job.job_id),
            names.lease_key(job.job_id),
            names.state_key(job.job_id),
            home if job.is_due_here else names.DUE,
            to or home,
        ]
        whose: list[str | int | bytes] = [job.number, job.attempt, job.holder]
        arguments = [*whose, int(to is not None), job.job_id, repr(now), state, names.channel(job.job_id)]
        with reaching_redis():
            return bool(await self._move(keys=keys, args=arguments))

    async def histories(self) -> list[tuple[JobId, int]]:
        """Jobs by creation, the oldest first, each with what its kept frames take in bytes."""
        with reaching_redis():
            ids = [JobId(name.decode()) for name in cast(list[bytes], await self._redis.zrange(names.JOBS, 0, -1))]
            sizes = await self._each(ids, lambda pipeline, job: pipeline.memory_usage(names.frames_key(job), samples=1))
        return [(job_id, size or 0) for job_id, size in zip(ids, sizes, strict=True)]

    async def keep_newest_frame(self, job_id: JobId, sequence: int) -> None:
        """Drop all other frames of a job."""
        with reaching_redis():
            await self._thin(keys=[names.frames_key(job_id)], args=[sequence])

    async def state(self, job_id: JobId) -> bytes | None:
        """Serialised JobState of any job; None where there is none."""
        with reaching_redis():
            return cast(bytes | None, await self._redis.get(names.state_key(job_id)))

    async def _members(self, key: str) -> set[bytes]:
        return set(await cast(Any, self._redis.smembers(key)))

    async def _each(self, ids: Sequence[JobId], ask: Any) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipeline:
            for job_id in ids:
                ask(pipeline, job_id)
            return list(await pipeline.execute())

    async def _read(self, job_id: JobId, fields: dict[bytes, bytes], shares: dict[bytes, float]) -> Scheduled | None:
        def text(field: str) -> str:
            return fields.get(field.encode(), b"").decode()

        machine = text(SliceField.MACHINE)
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.exists(names.lease_key(job_id))
            pipeline.zscore(names.DUE, job_id)
            pipeline.zscore(names.due_key(machine), job_id)
            pipeline.get(names.state_key(job_id))
            pipeline.hvals(names.watchers_key(job_id))
            leased, due, due_here, state, watchers = await pipeline.execute()
        if state is None:
            return None
        return Scheduled(
            job_id,
            number=int(text(SliceField.NUMBER)),
            attempt=int(text(SliceField.ATTEMPT)),
            holder=text(SliceField.HOLDER),
            machine=machine,
            is_leased=bool(leased),
            due_since=due if due_here is None else due_here,
            is_due_here=due_here is not None,
            share=shares.get(text(SliceField.OWNER).encode(), 0.0),
            state=state,
            last_watched=max((float(entry.split(b" ", 1)[0]) for entry in watchers), default=0.0),
        )
