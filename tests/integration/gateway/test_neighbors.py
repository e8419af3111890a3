"""Neighbors: the queue, the answer and the deadline, with a worker's side written by the test."""

from __future__ import annotations

import asyncio
import struct

import httpx
import pytest
from integration.gateway.answering import answer_neighbors
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis

from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2

pytestmark = pytest.mark.integration
PATH = f"/api/v1/embeddings/{EMBEDDING_ID}/neighbors"


async def test_the_workers_answer_is_returned(http: httpx.AsyncClient, redis: Redis) -> None:
    found = query_pb2.Neighbors(
        rows=struct.pack("<3I", 5, 1, 2), distances=struct.pack("<3f", 0.25, 0.5, 1), n_neighbors=3
    )
    query, response = await asyncio.gather(
        answer_neighbors(redis, query_pb2.QueryAnswer(neighbors=found)),
        http.post(PATH, json={"row": 3, "k": 3, "metric": "cosine"}),
    )
    assert (query.rows, query.n_neighbors) == (struct.pack("<I", 3), 3)
    assert query.embedding.embedding_id == EMBEDDING_ID
    assert response.json() == {
        "row": 3,
        "metric": "cosine",
        "rows": [5, 1, 2],
        "distances": [0.25, 0.5, 1.0],
        "sequence": None,
        "notices": [],
    }


async def test_several_rows_can_be_asked_about_in_a_layout(
    http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob
) -> None:
    found = query_pb2.Neighbors(
        rows=struct.pack("<2I", 5, 1), distances=struct.pack("<2f", 0.25, 0.5), n_neighbors=1, sequence=8
    )
    body = {"rows": [3, 4], "k": 1, "space": "layout", "job_id": stored_job.job_id}
    query, response = await asyncio.gather(
        answer_neighbors(redis, query_pb2.QueryAnswer(neighbors=found)), http.post(PATH, json=body)
    )
    assert (query.metric, query.layout.job_id) == (job_pb2.EUCLIDEAN, stored_job.job_id)
    assert response.json() == {
        "lists": [{"row": 3, "rows": [5], "distances": [0.25]}, {"row": 4, "rows": [1], "distances": [0.5]}],
        "metric": "euclidean",
        "sequence": 8,
        "notices": [],
    }


async def test_a_workers_failure_keeps_its_code_and_words(http: httpx.AsyncClient, redis: Redis) -> None:
    answer = query_pb2.QueryAnswer(
        failure=problem_pb2.Failure(code="conflict", message="digits.ckpt has changed; reload the page.")
    )
    _, response = await asyncio.gather(answer_neighbors(redis, answer), http.post(PATH, json={"row": 3}))
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert response.json()["detail"] == "digits.ckpt has changed; reload the page."


async def test_without_a_worker_the_deadline_is_told(http: httpx.AsyncClient) -> None:
    response = await http.post(PATH, json={"row": 3})
    assert (response.status_code, response.json()["code"]) == (504, "deadline")
    assert "1 s" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"row": 10}, 400),
        ({"rows": [0, 10]}, 400),
        ({"row": -1}, 422),
        ({"row": 0, "k": 1001}, 422),
        ({"row": 0, "space": "layout"}, 422),
        ({"row": 0, "space": "layout", "job_id": "job1", "sequence": 2**64}, 422),
    ],
)
async def test_a_row_or_number_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, body: dict[str, object], status: int
) -> None:
    assert (await http.post(PATH, json=body)).status_code == status
