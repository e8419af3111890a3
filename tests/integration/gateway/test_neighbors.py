"""Neighbors: the queue, the answer and the deadline, with a worker's side written by the test."""

from __future__ import annotations

import asyncio
import base64
import json
import struct

import httpx
import pytest
from integration.gateway.loader_service import EMBEDDING_ID
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import query_pb2

pytestmark = pytest.mark.integration
PATH = f"/api/v1/embeddings/{EMBEDDING_ID}/neighbors"


async def answer_next(redis: Redis, answer: query_pb2.NeighborsAnswer) -> query_pb2.NeighborsQuery:
    """Take one query from the interactive queue and answer it."""
    popped = await redis.brpop([names.QUEUE_INTERACTIVE], timeout=5)
    assert popped is not None
    message = json.loads(popped[1])
    assert message["headers"]["task"] == names.TASK_NEIGHBORS
    assert message["headers"]["expires"] is not None
    answer_id, query = json.loads(base64.b64decode(message["body"]))[0]
    await redis.lpush(names.answer_key(answer_id), answer.SerializeToString())
    return query_pb2.NeighborsQuery.FromString(base64.b64decode(query))


async def test_the_workers_answer_is_returned(http: httpx.AsyncClient, redis: Redis) -> None:
    answer = query_pb2.NeighborsAnswer(
        neighbors=query_pb2.Neighbors(rows=struct.pack("<3I", 5, 1, 2), distances=struct.pack("<3f", 0.25, 0.5, 1))
    )
    query, response = await asyncio.gather(
        answer_next(redis, answer), http.post(PATH, json={"row": 3, "k": 3, "metric": "cosine"})
    )
    assert (query.row, query.n_neighbors, query.embedding.embedding_id) == (3, 3, EMBEDDING_ID)
    assert response.json() == {"row": 3, "metric": "cosine", "rows": [5, 1, 2], "distances": [0.25, 0.5, 1.0]}


async def test_a_workers_failure_keeps_its_code_and_words(http: httpx.AsyncClient, redis: Redis) -> None:
    answer = query_pb2.NeighborsAnswer(
        failure=problem_pb2.Failure(code="conflict", message="digits.ckpt has changed; reload the page.")
    )
    _, response = await asyncio.gather(answer_next(redis, answer), http.post(PATH, json={"row": 3}))
    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert response.json()["detail"] == "digits.ckpt has changed; reload the page."


async def test_without_a_worker_the_deadline_is_told(http: httpx.AsyncClient) -> None:
    response = await http.post(PATH, json={"row": 3})
    assert (response.status_code, response.json()["code"]) == (504, "deadline")
    assert "1 s" in response.json()["detail"]


@pytest.mark.parametrize(("body", "status"), [({"row": 10}, 400), ({"row": -1}, 422), ({"row": 0, "k": 1001}, 422)])
async def test_a_row_or_number_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, body: dict[str, int], status: int
) -> None:
    assert (await http.post(PATH, json=body)).status_code == status
