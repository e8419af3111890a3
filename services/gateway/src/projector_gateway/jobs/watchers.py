"""Who watches which job, for everybody to see: noted in Redis, since watchers come to any gateway.

A note is written anew three times in ``WATCHER_SECONDS``, so that those of a gateway that died vanish by themselves.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import structlog
from redis.asyncio import Redis

from projector_chassis.errors import Unavailable
from projector_contracts import names
from projector_contracts.common.v1 import person_pb2
from projector_contracts.names import WATCHER_SECONDS, JobId
from projector_gateway.clients.redis import reaching_redis
from projector_gateway.ending import end
from projector_gateway.people.schemas import Person, read_person, write_person

_REFRESH_SECONDS = WATCHER_SECONDS / 3

_NOTE: Final = """
local now = tonumber(redis.call('TIME')[1])
local was_watched = redis.call('EXISTS', KEYS[1])
local known = redis.call('HGETALL', KEYS[1])
for i = 1, #known, 2 do
  local seen = tonumber(string.match(known[i + 1], '^%d+'))
  if seen < now - tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], known[i]) end
end
local n_left = tonumber(ARGV[2])
for i = 3, 2 + n_left do redis.call('HDEL', KEYS[1], ARGV[i]) end
for i = 3 + n_left, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], now .. ' ' .. ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
local embedding = redis.call('HGET', KEYS[2], 'embedding')
if embedding and was_watched ~= redis.call('EXISTS', KEYS[1]) then redis.call('PUBLISH', KEYS[3], embedding) end
"""
"""KEYS watchers, slice, the channel ``jobs``; ARGV seconds, number of those that left, their ids, then id and
serialised Person of each that is there."""

_log = structlog.get_logger(__name__)


class Watchers:
    """Notes this gateway's watchers from ``start`` to ``aclose``, and tells those of all gateways.

    Args:
        newest: a person by the name that is known now.
    """

    def __init__(self, redis: Redis, *, newest: Callable[[Person], Person]) -> None:
        self._redis = redis
        self._newest = newest
        self._note = redis.register_script(_NOTE)
        self._here: dict[JobId, dict[str, Person]] = {}
        self._left: dict[JobId, set[str]] = {}
        self._changed: set[JobId] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep(), name="watchers")

    async def aclose(self) -> None:
        if self._task is not None:
            await end(self._task)
        for job_id in list(self._here):
            for connection in list(self._here[job_id]):
                self._leave(job_id, connection)
        await self._write(self._changed)

    @contextmanager
    def noting(self, job_id: JobId, person: Person, *, has_ended: bool) -> Iterator[None]:
        """Tell everybody that this person watches the job while the block runs; one that has ended is just fetched."""
        if has_ended:
            yield
            return
        connection = uuid.uuid4().hex
        self._here.setdefault(job_id, {})[connection] = person
        self._change(job_id)
        try:
            yield
        finally:
            self._leave(job_id, connection)

    async def of(self, job_ids: Sequence[JobId]) -> list[list[Person]]:
        """Who watches each of these jobs, each person once, by name.

        Raises:
            Unavailable: Redis does not answer.
        """
        with reaching_redis():
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.time()
                for job_id in job_ids:
                    pipeline.hvals(names.watchers_key(job_id))
                (now, _), *noted = await pipeline.execute()
        return [_people(entries, since=now - WATCHER_SECONDS) for entries in noted]

    def _leave(self, job_id: JobId, connection: str) -> None:
        here = self._here.get(job_id, {})
        if here.pop(connection, None) is None:
            return
        if not here:
            del self._here[job_id]
        self._left.setdefault(job_id, set()).add(connection)
        self._change(job_id)

    def _change(self, job_id: JobId) -> None:
        self._changed.add(job_id)
        self._wake.set()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            jobs = self._changed
            if loop.time() >= due:
                jobs = jobs | self._here.keys()
                due = loop.time() + _REFRESH_SECONDS
            try:
                await self._write(jobs)
            except Exception:  # whatever it was, the next refresh may succeed
                _log.exception("watchers_not_noted")
            try:
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _write(self, jobs: set[JobId]) -> None:
        """Write what changed; a Redis that is away gets it at the next refresh, or lets it expire."""
        self._changed, self._wake = set(), asyncio.Event()
        left, self._left = self._left, {}
        if not jobs:
            return
        try:
            with reaching_redis():
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for job_id in jobs:
                        await self._note(
                            keys=[names.watchers_key(job_id), names.slice_key(job_id), names.JOBS_CHANNEL],
                            args=self._arguments(job_id, left.get(job_id, set())),
                            client=pipeline,
                        )
                    await pipeline.execute()
        except Unavailable as error:
            _log.info("watchers_not_noted", reason=error.message)

    def _arguments(self, job_id: JobId, left: set[str]) -> list[str | int | bytes]:
        arguments: list[str | int | bytes] = [WATCHER_SECONDS, len(left), *left]
        for connection, person in self._here.get(job_id, {}).items():
            arguments += connection, write_person(self._newest(person)).SerializeToString()
        return arguments


def _people(entries: Sequence[bytes], *, since: int) -> list[Person]:
    people: dict[str, Person] = {}
    for entry in entries:
        moment, _, content = entry.partition(b" ")
        if int(moment) >= since:
            person = read_person(person_pb2.Person.FromString(content))
            people[person.id] = person
    return sorted(people.values(), key=lambda person: (person.name, person.id))
