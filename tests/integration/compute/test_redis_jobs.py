"""What only a real Redis does: leases expire, replies get lost, keys live for some time. The rest is a contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import numpy as np
import pytest
import redis
from integration.compute.array_loader import ArrayLoader
from integration.compute.job_client import JobClient, pca_spec
from redis.backoff import NoBackoff
from redis.retry import Retry

from fixtures.deadline import wait_until
from projector_cli.ports import free_port
from projector_compute.adapters.redis_jobs import RedisJobs, RedisSlice, Scripts, SlicePlace, connect
from projector_compute.model import Dropped, Frame, JobState, Phase
from projector_compute.ports import JobsUnavailable, SliceLost
from projector_compute.saved import SavedJob
from projector_contracts import names
from projector_contracts.names import JobId

pytestmark = pytest.mark.integration
LEASE_SECONDS = 0.6


@pytest.fixture
def jobs(redis_url: str) -> Iterator[RedisJobs]:
    client = connect(redis_url)
    yield RedisJobs(client, "here", lease_seconds=LEASE_SECONDS, wake=lambda: None)
    client.close()


@pytest.fixture
def job(client: JobClient, loader: ArrayLoader) -> JobId:
    return client.create(pca_spec(loader.add("words", np.ones((5, 3)))))


def take(jobs: RedisJobs) -> RedisSlice:
    held = jobs.take()
    assert held is not None
    return held


def test_a_lease_that_expired_while_nobody_took_over_is_still_its_workers(
    jobs: RedisJobs, job: JobId, client: JobClient
) -> None:
    held = take(jobs)
    client.redis.delete(names.lease_key(job))  # Redis was away for longer than it lasts
    held.store_state(held.read_state())
    assert client.redis.exists(names.lease_key(job))
    client.redis.delete(names.lease_key(job))
    with held:
        wait_until(lambda: bool(client.redis.exists(names.lease_key(job))), seconds=10, what="the lease to be renewed")


def test_a_lease_holds_as_long_as_its_worker_lives(jobs: RedisJobs, job: JobId, client: JobClient) -> None:
    held = take(jobs)  # nobody renews it: the worker died before it could begin
    assert jobs.take() is None
    wait_until(lambda: not client.redis.exists(names.lease_key(job)), seconds=10, what="the lease to expire")
    client.lose(job)
    with take(jobs) as following:
        left_ms: list[int] = []

        def is_renewed() -> bool:
            left_ms.append(client.redis.pttl(names.lease_key(job)))
            return left_ms[-1] > min(left_ms) + 50

        wait_until(is_renewed, seconds=10, what="the lease to be renewed")
        following.store_state(following.read_state())
        with pytest.raises(SliceLost):
            held.store_state(held.read_state())


def test_a_lost_reply_to_handing_over_is_no_lost_slice(jobs: RedisJobs, job: JobId, client: JobClient) -> None:
    with take(jobs) as held:
        held.hand_over(SavedJob("1-0"), here=True)
        held.hand_over(SavedJob("1-0"), here=True)
        with take(jobs) as following:
            assert following.number == 2
            held.hand_over(SavedJob("1-0"), here=True)
            following.store_state(following.read_state())
            following.hand_over(SavedJob("2-0"), here=True)
    assert client.slice_number(job) == 3
    with take(jobs) as last:
        assert last.read_saved().cursor == "2-0"


def test_what_is_left_of_an_ended_job_expires(jobs: RedisJobs, job: JobId, client: JobClient) -> None:
    client.pause(job)
    with take(jobs) as held:
        state = replace(held.read_state(), sequence=1)
        held.store_frame(Frame(1, 0, 0.5, np.ones((5, 2), np.float32)), state, Dropped())
        held.hand_over(SavedJob(), here=True)
    with take(jobs) as held:
        held.finish(replace(held.read_state(), phase=Phase.FINISHED))
    kept = cast(list[bytes], client.redis.keys("*job-1*"))
    assert names.optimizer_key(job).encode() not in kept
    assert names.frames_key(job).encode() in kept
    for key in kept:
        assert 0 < client.redis.ttl(key) <= names.FINISHED_JOB_SECONDS, key


def test_a_redis_that_does_not_answer_is_told_apart() -> None:
    client = redis.Redis(port=free_port(), retry=Retry(NoBackoff(), 0))
    jobs = RedisJobs(client, "here", lease_seconds=LEASE_SECONDS, wake=lambda: None)
    job = JobId("job-1")
    with pytest.raises(JobsUnavailable):
        jobs.take()
    place = SlicePlace(job, 1, 0, "somebody", "here", "token")
    held = RedisSlice(Scripts(client), place, LEASE_SECONDS, lambda: None)
    now = datetime.now(UTC)
    state = JobState(job, Phase.RUNNING, now, now)
    for call in (
        held.read_spec,
        held.read_state,
        held.read_saved,
        held.read_history,
        lambda: held.controls_after("0-0"),
        lambda: held.store_state(state),
        lambda: held.pause(SavedJob(), state),
        lambda: held.hand_over(SavedJob(), here=True),
        lambda: held.finish(state),
    ):
        with pytest.raises(JobsUnavailable):
            call()
    with held:
        pass  # giving the lease up does not fail either
    client.close()
