"""Jobs that nobody watches are paused, and go on when somebody comes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import cast

import pytest
from integration.gateway.loader_service import EMBEDDING_ID
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.jobs.idle_policy import POLICY, IdlePolicy
from projector_gateway.jobs.messages import encode_queued_state
from projector_gateway.jobs.repository import JobLimits, JobRepository, NewJob, StoredJob
from projector_gateway.jobs.schedule import Schedule
from projector_gateway.people.schemas import Person

pytestmark = pytest.mark.integration
JOB = JobId("j1")
LIMIT_SECONDS = 60.0


class Unwatched:
    """One job in a real Redis, and the policy over it."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.repository = JobRepository(redis)
        self.policy = IdlePolicy(self.repository, LIMIT_SECONDS)

    async def create(self) -> None:
        ada = Person(id="p1", name="Ada")
        state = encode_queued_state(JOB, n_points=3, created_at=datetime.now(UTC), started_by=ada)
        new = NewJob(StoredJob(JOB, b"", state), "hash", ada.id, EMBEDDING_ID, time.time())
        await self.repository.create(new, JobLimits(), replaces=None, fresh=False)

    async def look(self, now: float) -> list[str]:
        """Let the policy look at that moment; what it has asked for by then."""
        await self.policy.follow(await Schedule(self.redis).jobs(), now)
        entries = cast(list[tuple[bytes, dict[bytes, bytes]]], await self.redis.xrange(names.controls_key(JOB)))
        controls = [job_pb2.Control.FromString(fields[b"control"]) for _, fields in entries]
        assert all(control.by.id == POLICY.id for control in controls)
        return [str(control.WhichOneof("action")) for control in controls]

    async def watch(self, moment: float) -> None:
        await self.redis.hset(names.watchers_key(JOB), "c1", f"{moment} ")

    async def paused_by(self, whose: str) -> None:
        """What a worker writes once it has paused the job."""
        control = job_pb2.Control(pause=job_pb2.Pause())
        control.by.id = whose
        applied = job_pb2.AppliedControl(control=control)
        state = job_pb2.JobState(job_id=JOB, phase=job_pb2.PAUSED, controls=[applied])
        await self.redis.set(names.state_key(JOB), state.SerializeToString())


@pytest.fixture
async def unwatched(redis: Redis) -> Unwatched:
    job = Unwatched(redis)
    await job.create()
    return job


async def test_a_job_is_paused_once_nobody_has_watched_it_for_long_enough(unwatched: Unwatched) -> None:
    now = time.time()
    assert await unwatched.look(now) == []
    await unwatched.watch(now + 50)
    assert await unwatched.look(now + 100) == []
    assert await unwatched.look(now + 111) == ["pause"]
    assert await unwatched.look(now + 112) == ["pause"]


async def test_whoever_comes_finds_it_going_on(unwatched: Unwatched) -> None:
    now = time.time()
    await unwatched.paused_by(POLICY.id)
    assert await unwatched.look(now) == []
    await unwatched.watch(now + 1)
    assert await unwatched.look(now + 2) == ["resume"]


async def test_a_job_that_somebody_paused_rests_though_it_is_watched(unwatched: Unwatched) -> None:
    now = time.time()
    await unwatched.paused_by("p1")
    await unwatched.watch(now)
    assert await unwatched.look(now) == []


async def test_without_a_limit_jobs_go_on_unwatched(unwatched: Unwatched) -> None:
    unwatched.policy = IdlePolicy(unwatched.repository, 0)
    assert await unwatched.look(time.time()) == []
    assert await unwatched.look(time.time() + 1e6) == []
