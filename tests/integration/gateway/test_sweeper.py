"""What one sweep does to a real Redis."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from integration.gateway.conftest import RunningGateway
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import frame_event
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId, SliceField
from projector_gateway.clients.leadership import Leadership
from projector_gateway.clients.queue import TaskQueue
from projector_gateway.jobs.idle_policy import IdlePolicy
from projector_gateway.jobs.messages import encode_queued_state
from projector_gateway.jobs.repository import JobLimits, JobRepository, NewJob, StoredJob
from projector_gateway.jobs.schedule import Schedule
from projector_gateway.jobs.sweeper import Sweeper
from projector_gateway.people.schemas import Person

pytestmark = pytest.mark.integration
ADA = Person(id="p1", name="Ada")


class Jobs:
    """Jobs as the gateway makes them, and what happens to them."""

    def __init__(self, redis: Redis, queue: TaskQueue) -> None:
        self.redis = redis
        repository = JobRepository(redis)
        self._repository = repository
        leadership = Leadership(redis, "a lock of this test", seconds=60)
        self.sweeper = Sweeper(Schedule(redis), queue, leadership, IdlePolicy(repository, 0))

    async def create(self, name: str) -> JobId:
        job_id = JobId(name)
        state = encode_queued_state(job_id, n_points=3, created_at=datetime.now(UTC), started_by=ADA)
        new = NewJob(StoredJob(job_id, b"", state), f"hash of {name}", ADA.id, EMBEDDING_ID, time.time())
        await self._repository.create(new, JobLimits(), replaces=None, fresh=False)
        return job_id

    async def take(self, job_id: JobId, *, machine: str) -> None:
        """What a worker writes that takes the slice, and is then heard of no more."""
        await self.redis.zrem(names.DUE, job_id)
        fields: Any = {SliceField.HOLDER: "token", SliceField.MACHINE: machine, SliceField.LEASE_MS: "1000"}
        await self.redis.hset(names.slice_key(job_id), mapping=fields)

    async def put_frames(self, job_id: JobId, n_frames: int, *, ends: bool) -> None:
        for sequence in range(1, n_frames + 1):
            await self.redis.hset(names.frames_key(job_id), str(sequence), frame_event(sequence) + bytes(10_000))
        phase = job_pb2.FINISHED if ends else job_pb2.RUNNING
        state = job_pb2.JobState(job_id=job_id, phase=phase, sequence=n_frames)
        await self.redis.set(names.state_key(job_id), state.SerializeToString())
        if ends:
            await self.redis.srem(names.JOBS_ACTIVE, job_id)

    async def kept(self, job_id: JobId) -> list[int]:
        return sorted(int(name) for name in cast(list[bytes], await self.redis.hkeys(names.frames_key(job_id))))

    async def interruption(self, job_id: JobId) -> str:
        state = await self.redis.get(names.state_key(job_id))
        assert isinstance(state, bytes)
        return job_pb2.JobState.FromString(state).interruption


@pytest.fixture
async def jobs(gateway: RunningGateway, redis: Redis) -> Jobs:
    await gateway.services.sweeper.aclose()  # this test sweeps by hand
    await redis.flushall()
    return Jobs(redis, gateway.services.jobs._queue)


async def test_a_lost_slice_is_due_again_at_the_second_look_and_a_worker_is_woken(jobs: Jobs, redis: Redis) -> None:
    await redis.set(names.worker_key("batch", "m1"), "ready")
    job_id = await jobs.create("j1")
    await jobs.take(job_id, machine="m1")
    await jobs.sweeper.sweep()
    assert await redis.zscore(names.due_key("m1"), job_id) is None
    await jobs.sweeper.sweep()
    assert await redis.zscore(names.due_key("m1"), job_id) is not None
    fields = await redis.hmget(names.slice_key(job_id), [SliceField.ATTEMPT, SliceField.HOLDER])
    assert fields == [b"1", None]
    assert "is gone" in await jobs.interruption(job_id)
    assert await redis.llen(names.machine_queue("m1")) == 1
    await jobs.sweeper.sweep()
    assert await redis.llen(names.machine_queue("m1")) == 1, "one wake-up is enough"


async def test_a_worker_that_gives_a_sign_of_life_in_between_keeps_its_slice(jobs: Jobs, redis: Redis) -> None:
    await redis.set(names.worker_key("batch", "m1"), "ready")
    job_id = await jobs.create("j1")
    await jobs.take(job_id, machine="m1")
    await jobs.sweeper.sweep()
    await redis.set(names.lease_key(job_id), "token", px=60_000)
    await jobs.sweeper.sweep()
    assert await redis.hget(names.slice_key(job_id), SliceField.HOLDER) == b"token"
    assert await jobs.interruption(job_id) == ""


async def test_without_workers_people_are_told_why_they_wait_and_where_they_stand(jobs: Jobs, redis: Redis) -> None:
    first, second = await jobs.create("j1"), await jobs.create("j2")
    await jobs.sweeper.sweep()
    assert (await jobs.interruption(first)).startswith("No worker is running")
    state = job_pb2.JobState.FromString(cast(bytes, await redis.get(names.state_key(second))))
    assert state.queue_place == 2


async def test_of_the_oldest_jobs_that_have_ended_only_the_newest_frame_stays_once_all_take_too_much(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "ALL_HISTORIES_BYTES", 150_000)
    running, old, new = await jobs.create("running"), await jobs.create("old"), await jobs.create("new")
    await jobs.put_frames(running, 6, ends=False)
    await jobs.put_frames(old, 6, ends=True)
    await jobs.put_frames(new, 6, ends=True)
    await jobs.sweeper.thin()
    assert await jobs.kept(old) == [6]
    assert await jobs.kept(new) == await jobs.kept(running) == [1, 2, 3, 4, 5, 6]
