"""The worker's side of a question, written by a test."""

from __future__ import annotations

import base64
import json

from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.compute.v1 import query_pb2


async def answer_next(redis: Redis, answer: query_pb2.QueryAnswer, *, task: str, queue: str) -> bytes:
    """Take one question from a queue and answer it; the serialised query."""
    popped = await redis.brpop([queue], timeout=5)
    assert popped is not None
    message = json.loads(popped[1])
    assert message["headers"]["task"] == task
    assert message["headers"]["expires"] is not None
    answer_id, query = json.loads(base64.b64decode(message["body"]))[0]
    await redis.lpush(names.answer_key(answer_id), answer.SerializeToString())
    return base64.b64decode(query)


async def answer_neighbors(redis: Redis, answer: query_pb2.QueryAnswer) -> query_pb2.NeighborsQuery:
    """Answer the next question about neighbors."""
    query = await answer_next(redis, answer, task=names.TASK_NEIGHBORS, queue=names.QUEUE_INTERACTIVE)
    return query_pb2.NeighborsQuery.FromString(query)


async def answer_quality(redis: Redis, answer: query_pb2.QueryAnswer) -> query_pb2.QualityQuery:
    """Answer the next question about a layout."""
    query = await answer_next(redis, answer, task=names.TASK_QUALITY, queue=names.QUEUE_BATCH)
    return query_pb2.QualityQuery.FromString(query)
