"""What outlives a restart, a crash and a new version of the containers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from fixtures.containers import Containers
from fixtures.deadline import wait_until
from projector_client import Job, Projector

BACK_SECONDS = 90.0
MANY_STEPS = 100_000
"""More than any test waits for."""


@pytest.fixture
def projector(containers: Containers) -> Iterator[Projector]:
    with Projector(f"127.0.0.1:{containers.grpc_port}") as projector:
        yield projector


def start_tsne(projector: Projector, *, n_steps: int, seed: int) -> Job:
    return projector.tsne(projector.runs()[0].embeddings[0], n_dims=2, n_steps=n_steps, seed=seed)


def wait_for_step(job: Job, step: int) -> None:
    """Wait until a job's newest frame shows this step or a later one."""
    wait_until(lambda: job.state().step >= step, seconds=BACK_SECONDS, what=f"step {step}")


def test_a_second_start_changes_nothing(containers: Containers) -> None:
    before = {name: one["Id"] for name, one in containers.inspect().items()}

    containers.compose("up", "--detach", "--build", "--wait", seconds=600)

    assert {name: one["Id"] for name, one in containers.inspect().items()} == before


def test_a_worker_that_is_replaced_hands_its_job_over(containers: Containers, projector: Projector) -> None:
    job = start_tsne(projector, n_steps=600, seed=1)
    wait_for_step(job, 20)

    containers.compose("stop", "compute-batch")
    stopped = containers.inspect()["compute-batch"]["State"]
    handed_over = job.state()
    containers.compose("up", "--detach", "--force-recreate", "--no-deps", "--wait", "compute-batch")

    assert stopped["ExitCode"] == 0
    assert handed_over.phase == "running"
    last = job.result()
    assert last.step == 600
    assert [frame.sequence for frame in job.frames(after=0)] == list(range(1, last.sequence + 1))


def test_a_job_goes_on_while_gateway_and_loader_die(containers: Containers, projector: Projector) -> None:
    job = start_tsne(projector, n_steps=MANY_STEPS, seed=2)
    wait_for_step(job, 20)
    restarts = containers.restarts()

    containers.kill("gateway", "loader", "compute-interactive")

    wait_until(
        lambda: all(
            containers.restarts()[name] == restarts[name] + 1 for name in ("gateway", "loader", "compute-interactive")
        ),
        seconds=BACK_SECONDS,
        what="new processes",
    )
    wait_until(lambda: not containers.unhealthy(), seconds=BACK_SECONDS, what="healthy services")
    wait_for_step(job, job.state().step + 20)
    job.stop()
    embedding_id = projector.runs()[0].embeddings[0].id
    found = httpx.post(
        f"{containers.url}/api/v1/embeddings/{embedding_id}/neighbors", json={"row": 0, "k": 3}, timeout=30
    )
    assert len(found.json()["rows"]) == 3


def test_a_dead_redis_and_a_dead_worker_do_not_keep_new_jobs_from_their_end(
    containers: Containers, projector: Projector
) -> None:
    restarts = containers.restarts()

    containers.kill("redis", "compute-batch")

    wait_until(
        lambda: all(containers.restarts()[name] == restarts[name] + 1 for name in ("redis", "compute-batch")),
        seconds=BACK_SECONDS,
        what="new processes",
    )
    wait_until(lambda: not containers.unhealthy(), seconds=BACK_SECONDS, what="healthy services")
    job = start_tsne(projector, n_steps=50, seed=3)
    assert job.result().step == 50


def test_passwords_bookmarks_and_compiled_kernels_outlive_the_containers(
    containers: Containers, projector: Projector
) -> None:
    def kept() -> tuple[str, str]:
        password = containers.compose("exec", "-T", "redis", "cat", "/run/secret/password")
        kernels = "cd /cache/numba && find . -type f -printf '%p %T@\n' | sort"
        return password, containers.compose("exec", "-T", "compute-batch", "sh", "-c", kernels)

    api = f"{containers.url}/api/v1"
    embedding_id = projector.runs()[0].embeddings[0].id
    saved = httpx.post(f"{api}/collections", json={"name": "Kept", "embedding_id": embedding_id}, timeout=10).json()
    before = kept()
    assert ".nbc" in before[1], "the workers have compiled nothing"

    containers.compose("down", "--timeout", "20")
    containers.compose("up", "--detach", "--wait", seconds=600)

    assert kept() == before
    assert httpx.get(f"{api}/collections/{saved['id']}", timeout=10).json()["name"] == "Kept"
