"""Neighbors and quality from a Python program, against a real gateway; the worker's side is written by the test."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pytest
from integration.gateway.answering import answer_neighbors, answer_quality
from integration.gateway.loader_service import EMBEDDING_ID
from redis.asyncio import Redis

from projector_client import InvalidArgument, Projector, Score
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2, query_pb2

pytestmark = pytest.mark.integration
_Query = TypeVar("_Query")
_Answer = Callable[[Redis, query_pb2.QueryAnswer], Coroutine[Any, Any, _Query]]


@pytest.fixture
def projector(grpc_address: str) -> Iterator[Projector]:
    with Projector(grpc_address, timeout_seconds=10) as projector:
        yield projector


@pytest.fixture
def worker() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


def soon(
    worker: ThreadPoolExecutor, redis_url: str, answer: _Answer[_Query], content: query_pb2.QueryAnswer
) -> Future[_Query]:
    """Answer the next question while the test asks it."""

    async def answer_once() -> _Query:
        async with Redis.from_url(redis_url) as redis:
            return await answer(redis, content)

    return worker.submit(lambda: asyncio.run(answer_once()))


def test_neighbors_are_arrays(projector: Projector, worker: ThreadPoolExecutor, redis_url: str) -> None:
    found = query_pb2.Neighbors(
        rows=struct.pack("<4I", 5, 1, 2, 0), distances=struct.pack("<4f", 0.25, 0.5, 1, 2), n_neighbors=2
    )
    asked = soon(worker, redis_url, answer_neighbors, query_pb2.QueryAnswer(neighbors=found))
    told = projector.neighbors(EMBEDDING_ID, [3, 7], n_neighbors=2, metric="dot_product", preprocessing="spherize")
    query = asked.result(10)
    assert (query.metric, query.preprocessing) == (job_pb2.DOT_PRODUCT, job_pb2.SPHERIZE)
    assert (query.rows, query.n_neighbors) == (struct.pack("<2I", 3, 7), 2)
    np.testing.assert_array_equal(told.rows, [[5, 1], [2, 0]])
    np.testing.assert_array_equal(told.distances, np.array([[0.25, 0.5], [1, 2]], np.float32))
    assert told.rows.dtype == np.uint32
    assert (told.sequence, told.notices) == (None, ())


def test_neighbors_in_a_layout_are_asked_of_its_job(
    projector: Projector, worker: ThreadPoolExecutor, redis_url: str
) -> None:
    job = projector.pca(EMBEDDING_ID)
    found = query_pb2.Neighbors(rows=struct.pack("<I", 5), distances=struct.pack("<f", 1), n_neighbors=1, sequence=4)
    asked = soon(worker, redis_url, answer_neighbors, query_pb2.QueryAnswer(neighbors=found))
    told = job.neighbors(3, n_neighbors=1)
    query = asked.result(10)
    assert query.layout == query_pb2.LayoutRef(job_id=job.id)
    assert (told.rows.tolist(), told.sequence) == ([[5]], 4)


def test_the_quality_of_a_layout_is_a_value(projector: Projector, worker: ThreadPoolExecutor, redis_url: str) -> None:
    job = projector.pca(EMBEDDING_ID)
    redis_queue = names.QUEUE_BATCH
    quality = query_pb2.Quality(
        sequence=7,
        n_points=2,
        n_sampled=2,
        trustworthiness=query_pb2.Score(value=0.9, standard_error=0.01),
        preservation=struct.pack("<2f", 0.5, np.nan),
    )

    async def take_the_jobs_task_then_answer(redis: Redis, content: query_pb2.QueryAnswer) -> query_pb2.QualityQuery:
        assert await redis.brpop([redis_queue], timeout=5) is not None
        return await answer_quality(redis, content)

    asked = soon(worker, redis_url, take_the_jobs_task_then_answer, query_pb2.QueryAnswer(quality=quality))
    told = job.quality(n_neighbors=5, sequence=7)
    assert asked.result(10) == query_pb2.QualityQuery(
        layout=query_pb2.LayoutRef(job_id=job.id, sequence=7), n_neighbors=5
    )
    assert (told.trustworthiness, told.distance_rank_correlation) == (Score(0.9, 0.01), None)
    np.testing.assert_array_equal(told.preservation, np.array([0.5, np.nan], np.float32))


def test_what_cannot_be_asked_is_refused(projector: Projector) -> None:
    for rows in ([], [0.5], -1, 2**32):
        with pytest.raises(InvalidArgument, match="rows"):
            projector.neighbors(EMBEDDING_ID, rows)
    with pytest.raises(InvalidArgument, match="rows are 0 to 9"):
        projector.neighbors(EMBEDDING_ID, 10)
    with pytest.raises(InvalidArgument, match="n_neighbors"):
        projector.neighbors(EMBEDDING_ID, 1, n_neighbors=-1)
