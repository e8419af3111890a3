"""The quality of layouts: the queue, the answer and the deadline, with a worker's side written by the test."""

from __future__ import annotations

import asyncio
import struct

import httpx
import pytest
from integration.gateway.answering import answer_quality
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import query_pb2

pytestmark = pytest.mark.integration

ANSWER = query_pb2.QueryAnswer(
    quality=query_pb2.Quality(
        sequence=2,
        n_points=2,
        n_neighbors=1,
        n_sampled=2,
        trustworthiness=query_pb2.Score(value=0.75),
        preservation=struct.pack("<2f", 0.5, 1),
    )
)


async def test_the_workers_scores_are_returned(http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob) -> None:
    path = f"/api/v1/jobs/{stored_job.job_id}/quality"
    query, response = await asyncio.gather(
        answer_quality(redis, ANSWER), http.post(path, json={"n_neighbors": 1, "sequence": 2})
    )
    assert query == query_pb2.QualityQuery(
        layout=query_pb2.LayoutRef(job_id=stored_job.job_id, sequence=2), n_neighbors=1
    )
    told = response.json()
    assert (told["trustworthiness"], told["n_sampled"]) == ({"value": 0.75, "standard_error": 0.0}, 2)
    assert told["distance_rank_correlation"] is None


async def test_the_score_of_each_row_comes_as_bytes(
    http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob
) -> None:
    path = f"/api/v1/jobs/{stored_job.job_id}/quality/points"
    query, response = await asyncio.gather(answer_quality(redis, ANSWER), http.post(path, json={}))
    assert (query.layout.sequence, query.n_neighbors) == (0, 15)
    assert response.content == struct.pack("<2f", 0.5, 1)
    assert response.headers["content-type"] == "application/octet-stream"


async def test_a_workers_failure_keeps_its_code(http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob) -> None:
    failure = problem_pb2.Failure(code="not_found", message="Frame 9 is not kept.")
    path = f"/api/v1/jobs/{stored_job.job_id}/quality"
    _, response = await asyncio.gather(
        answer_quality(redis, query_pb2.QueryAnswer(failure=failure)), http.post(path, json={"sequence": 9})
    )
    assert (response.status_code, response.json()["detail"]) == (404, "Frame 9 is not kept.")


async def test_a_job_that_nobody_knows_is_not_measured(http: httpx.AsyncClient) -> None:
    assert (await http.post("/api/v1/jobs/nobody/quality", json={})).status_code == 404


async def test_without_a_worker_the_deadline_is_told(http: httpx.AsyncClient, stored_job: StoredJob) -> None:
    response = await http.post(f"/api/v1/jobs/{stored_job.job_id}/quality", json={})
    assert (response.status_code, response.json()["code"]) == (504, "deadline")


async def test_one_person_cannot_keep_the_workers_busy_with_layouts(
    http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob
) -> None:
    path = f"/api/v1/jobs/{stored_job.job_id}/quality"
    asked = [http.post(path, json={"n_neighbors": number}) for number in range(1, 8)]
    statuses = sorted(response.status_code for response in await asyncio.gather(*asked))
    assert statuses == [429] * 3 + [504] * 4
    assert await redis.llen(names.QUEUE_BATCH) == 4
