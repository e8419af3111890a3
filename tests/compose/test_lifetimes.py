"""What outlives a restart, a crash and a new version of the containers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from fixtures.containers import Containers
from fixtures.deadline import wait_until
from projector_client import Job, Projector
from projector_contracts import names
from projector_contracts.names import JobId

BACK_SECONDS = 90.0
MANY_STEPS = 100_000
"""More than any test waits for."""
SEVERAL_TURNS = 10_000
"""Steps of the demo that take more than one turn of five seconds."""


@pytest.fixture
def projector(containers: Containers) -> Iterator[Projector]:
    with Projector(f"127.0.0.1:{containers.grpc_port}") as projector:
        yield projector


def start_tsne(projector: Projector, *, n_steps: int, seed: int) -> Job:
    return projector.tsne(projector.runs()[0].embeddings[0], n_dims=2, n_steps=n_steps, seed=seed)


def wait_for_step(job: Job, step: int) -> None:
    """Wait until a job's newest frame shows this step or a later one."""
    wait_until(lambda: job.state().step >= step, seconds=BACK_SECONDS, what=f"step {step}")


def wait_for_restarts(containers: Containers, before: dict[str, int], services: tuple[str, ...]) -> None:
    """Wait until each of the services was started once more, and all that last are healthy."""
    wait_until(
        lambda: all(containers.restarts()[name] == before[name] + 1 for name in services),
        seconds=BACK_SECONDS,
        what=f"new processes of {', '.join(services)}",
    )
    wait_until(lambda: not containers.unhealthy(), seconds=BACK_SECONDS, what="healthy services")


def test_a_second_start_changes_nothing(containers: Containers) -> None:
    before = {name: one["Id"] for name, one in containers.inspect().items()}

    containers.compose("up", "--detach", "--build", "--wait", seconds=600)

    assert {name: one["Id"] for name, one in containers.inspect().items()} == before


def test_a_worker_that_is_replaced_hands_its_jobs_over(containers: Containers, projector: Projector) -> None:
    jobs = [start_tsne(projector, n_steps=MANY_STEPS, seed=seed) for seed in (1, 2)]
    for job in jobs:
        wait_for_step(job, 20)  # from then on one works and the other waits for its next turn

    containers.compose("stop", "compute-batch")
    stopped = containers.inspect()["compute-batch"]["State"]
    steps = [job.state().step for job in jobs]
    containers.compose("up", "--detach", "--force-recreate", "--no-deps", "--wait", "compute-batch")

    assert stopped["ExitCode"] == 0
    for job, step in zip(jobs, steps, strict=True):
        wait_for_step(job, step + 20)
        job.stop()
    for job in jobs:
        last = job.result()
        assert [frame.sequence for frame in job.frames(after=0)] == list(range(1, last.sequence + 1))


def test_two_batch_workers_share_six_jobs(containers: Containers, projector: Projector) -> None:
    scale(containers, 2)
    try:
        jobs = [start_tsne(projector, n_steps=MANY_STEPS, seed=seed) for seed in range(10, 16)]
        for job in jobs:
            wait_for_step(job, SEVERAL_TURNS)
        steps = [job.state().step for job in jobs]
        wait_until(lambda: n_at_work(containers) == 2, seconds=BACK_SECONDS, what="two jobs at work at once")
        for job in jobs:
            job.stop()
    finally:
        scale(containers, 1)
    assert max(steps) < 4 * min(steps), steps


def scale(containers: Containers, n_workers: int) -> None:
    """Run so many batch workers."""
    how = ("--detach", "--no-recreate", "--no-deps", "--wait", "--scale", f"compute-batch={n_workers}")
    containers.compose("up", *how, "compute-batch")


def n_at_work(containers: Containers) -> int:
    """How many slices workers hold at this moment."""
    ask = f"redis-cli --scan --pattern '{names.lease_key(JobId('*'))}'"
    return len(
        containers.compose(
            "exec", "-T", "redis", "sh", "-c", f"REDISCLI_AUTH=$(cat /run/secret/password) {ask}"
        ).split()
    )


def test_a_job_goes_on_while_gateway_and_loader_die(containers: Containers, projector: Projector) -> None:
    services = ("gateway", "loader", "compute-interactive")
    job = start_tsne(projector, n_steps=MANY_STEPS, seed=2)
    wait_for_step(job, 20)
    restarts = containers.restarts()

    containers.kill(*services)

    wait_for_restarts(containers, restarts, services)
    wait_for_step(job, job.state().step + 20)
    job.stop()
    embedding_id = projector.runs()[0].embeddings[0].id
    wish = {"row": 0, "k": 3}
    found = httpx.post(f"{containers.url}/api/v1/embeddings/{embedding_id}/neighbors", json=wish, timeout=30)
    assert len(found.json()["rows"]) == 3


def test_dead_stores_and_a_dead_worker_lose_no_job_and_keep_nobody_from_new_work(
    containers: Containers, projector: Projector
) -> None:
    services = ("redis", "postgres", "compute-batch")
    embedding_id = projector.runs()[0].embeddings[0].id
    running = start_tsne(projector, n_steps=MANY_STEPS, seed=4)
    wait_for_step(running, 20)
    restarts = containers.restarts()

    containers.kill(*services)

    wait_for_restarts(containers, restarts, services)
    wait_for_step(running, running.state().step + 20)
    running.stop()
    job = start_tsne(projector, n_steps=50, seed=3)
    assert job.result().step == 50
    wish = {"name": "Saved after a crash", "embedding_id": embedding_id}
    assert httpx.post(f"{containers.url}/api/v1/collections", json=wish, timeout=30).status_code == 201


def test_passwords_bookmarks_uploads_and_compiled_kernels_outlive_the_containers(
    containers: Containers, projector: Projector
) -> None:
    def kept() -> tuple[str, str]:
        password = containers.compose("exec", "-T", "redis", "cat", "/run/secret/password")
        kernels = "cd /cache/numba && find . -type f -printf '%p %T@\n' | sort"
        return password, containers.compose("exec", "-T", "compute-batch", "sh", "-c", kernels)

    api = f"{containers.url}/api/v1"
    embedding_id = projector.runs()[0].embeddings[0].id
    saved = httpx.post(f"{api}/collections", json={"name": "Kept", "embedding_id": embedding_id}, timeout=10).json()
    uploaded = projector.upload("Kept", np.eye(4))
    before = kept()
    assert ".nbc" in before[1], "the workers have compiled nothing"

    containers.compose("down", "--timeout", "20")
    containers.compose("up", "--detach", "--wait", seconds=600)

    assert kept() == before
    assert httpx.get(f"{api}/collections/{saved['id']}", timeout=10).json()["name"] == "Kept"
    assert projector.embedding(uploaded.id).run_name == "Uploads/Kept"
    projector.delete(uploaded.run_id)
