"""Questions about a job are answered alike before and after Redis has forgotten it, by real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from redis import Redis

from fixtures.deadline import wait_until
from fixtures.projector import RunningProjector
from projector_contracts import names
from projector_contracts.names import JobId

ENDS_SECONDS = 60.0
REDIS_URL = "PROJECTOR_REDIS_URL="
TSNE = {
    "method": "tsne",
    "n_dims": 2,
    "perplexity": 5,
    "n_steps": 40,
    "supervision": {"column": "digit", "weight": 0.5},
}


@pytest.fixture
def http(projector: RunningProjector) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{projector.url}/api/v1", timeout=60) as client:
        yield client


@pytest.fixture
def redis(projector: RunningProjector) -> Iterator[Redis]:
    """The projector's own Redis, by the address that its gateway was given."""
    environment = Path(f"/proc/{projector.pid_of('projector_gateway')}/environ").read_text().split("\0")
    (url,) = (entry.removeprefix(REDIS_URL) for entry in environment if entry.startswith(REDIS_URL))
    with Redis.from_url(url) as client:
        yield client


def answer(response: httpx.Response) -> Any:
    assert response.status_code in (200, 202), response.text
    return response.json()


def ended(http: httpx.Client, redis: Redis, job_id: str) -> None:
    """Wait until a job has finished and its result is kept."""

    def is_kept() -> bool:
        is_waiting = redis.sismember(names.JOBS_ENDED, job_id) or redis.sismember(names.JOBS_ACTIVE, job_id)
        return answer(http.get(f"/jobs/{job_id}"))["phase"] == "finished" and not is_waiting

    wait_until(is_kept, seconds=ENDS_SECONDS, what="the result to be kept")


def forget(redis: Redis, job_id: str) -> None:
    """What happens when a job's day in Redis is over."""
    keys = cast(list[bytes], redis.keys(names.spec_key(JobId(job_id)).removesuffix("spec") + "*"))
    assert redis.delete(*keys) >= 3


def asked(http: httpx.Client, embedding_id: str, job_id: str, early: int) -> list[Any]:
    """What is found in the last layout of a job and in an earlier one."""
    nearest: dict[str, Any] = {"rows": [0, 40], "k": 5, "space": "layout", "job_id": job_id}
    neighbors = f"/embeddings/{embedding_id}/neighbors"
    points = http.post(f"/jobs/{job_id}/quality/points", json={"n_neighbors": 7, "sequence": early})
    assert points.status_code == 200, points.text
    return [
        answer(http.post(neighbors, json=nearest)),
        answer(http.post(neighbors, json={**nearest, "sequence": early})),
        answer(http.post(f"/jobs/{job_id}/quality", json={"n_neighbors": 7})),
        answer(http.post(f"/jobs/{job_id}/quality", json={"n_neighbors": 7, "sequence": early})),
        points.content,
    ]


def test_neighbors_and_quality_of_a_forgotten_job_are_what_they_were(http: httpx.Client, redis: Redis) -> None:
    embedding_id = answer(http.get("/runs"))[0]["embeddings"][0]["id"]
    rows = list(range(0, 1600, 4))
    request = {"embedding_id": embedding_id, "rows": rows, "preprocessing": "z_score", "projection": TSNE}
    first = answer(http.post("/jobs", json=request))["id"]
    ended(http, redis, first)
    fork = answer(http.post(f"/jobs/{first}/forks", json={"projection": TSNE}))["id"]
    ended(http, redis, fork)

    before = asked(http, embedding_id, fork, early=1)
    assert before[0] != before[1]
    assert before[2] != before[3]
    forget(redis, fork)

    assert asked(http, embedding_id, fork, early=1) == before
    gone = http.post(f"/jobs/{fork}/quality", json={"sequence": 10**6})
    assert (gone.status_code, "Frame 1000000" in gone.json()["detail"]) == (404, True)
