"""Frames of jobs that Redis has forgotten, handed to workers: what these read, how long, and how much at most."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
import redis as synchronous
from integration.gateway.answering import answer_neighbors, answer_quality
from integration.gateway.conftest import RunningGateway
from integration.gateway.loader_service import EMBEDDING_ID, N_POINTS
from integration.gateway.stored_job import StoredJob, frame_event
from integration.gateway.test_results import SCORES, TSNE, end, until_archived
from redis.asyncio import Redis

from fixtures.waiting import until_answered
from projector_chassis.errors import NotFound
from projector_compute.adapters.redis_layouts import RedisLayouts
from projector_compute.questions import LayoutRef
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId, LentField
from projector_gateway.clients.redis import open_commands
from projector_gateway.results import archivist
from projector_gateway.results.archive import Archive
from projector_gateway.results.lending import Lending

pytestmark = pytest.mark.integration
LENT_SECONDS = 5
NOTHING_NEAR = query_pb2.QueryAnswer(neighbors=query_pb2.Neighbors())


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archivist, "PERIOD_SECONDS", 0.05)


@pytest.fixture
async def lending(gateway: RunningGateway, redis_url: str) -> AsyncIterator[Lending]:
    """Lends from the gateway's own database."""
    redis = open_commands(redis_url)
    yield Lending(redis, Archive(gateway.services.database), seconds=LENT_SECONDS)
    await redis.aclose()


async def forgotten(http: httpx.AsyncClient, redis: Redis, **changes: Any) -> JobId:
    """A job that has left Redis; it was stopped, so that its quality is not found out without being asked for."""
    job_id = await end(http, redis, job_pb2.STOPPED, **changes)
    await until_archived(redis)
    await redis.flushall()
    return job_id


def x_of(redis_url: str, layout: query_pb2.LayoutRef) -> float:
    """The first coordinate that a worker reads; in the tests it is the frame's sequence."""
    with synchronous.Redis.from_url(redis_url) as client:
        kept = RedisLayouts(client).read(LayoutRef(JobId(layout.job_id), layout.sequence))
    assert kept.spec.embedding.embedding_id == EMBEDDING_ID
    assert (kept.sequence, kept.layout.shape) == (layout.sequence, (N_POINTS, 2))
    return float(kept.layout[0, 0])


async def lent(redis: Redis) -> set[str]:
    return {key.decode() for key in cast(list[bytes], await redis.keys(f"{names.LENT}:*"))}


async def test_workers_read_the_frame_that_is_asked_about(
    http: httpx.AsyncClient, redis: Redis, redis_url: str
) -> None:
    job_id = await forgotten(http, redis)
    near = {"row": 1, "space": "layout", "job_id": job_id}
    path = f"/api/v1/embeddings/{EMBEDDING_ID}/neighbors"
    query, response = await asyncio.gather(answer_neighbors(redis, NOTHING_NEAR), http.post(path, json=near))
    assert response.status_code == 200
    assert (query.layout.sequence, x_of(redis_url, query.layout)) == (3, 3.0)

    asked, _ = await asyncio.gather(
        answer_quality(redis, SCORES), http.post(f"/api/v1/jobs/{job_id}/quality", json={"sequence": 2})
    )
    assert (asked.layout.sequence, x_of(redis_url, asked.layout)) == (2, 2.0)
    for sequence in (4, 99):
        gone = await http.post(path, json={**near, "sequence": sequence})
        assert (gone.status_code, f"Frame {sequence}" in gone.json()["detail"]) == (404, True)
    assert await redis.llen(names.QUEUE_INTERACTIVE) == 0


async def test_a_job_that_was_computed_from_what_is_never_told_again_is_readable(
    http: httpx.AsyncClient, redis: Redis, redis_url: str, lending: Lending
) -> None:
    given = {"initialisation": "given", "initial_layout": base64.b64encode(bytes(8 * N_POINTS)).decode()}
    supervision = {"weight": 0.5, "labels": base64.b64encode(bytes(4 * N_POINTS)).decode()}
    projection = {**TSNE, **given, "supervision": supervision}
    job_id = await forgotten(http, redis, projection=projection)
    assert await lending.readable(job_id, "latest") == 3
    assert x_of(redis_url, query_pb2.LayoutRef(job_id=job_id, sequence=3)) == 3.0


async def test_only_what_redis_has_forgotten_is_lent(
    http: httpx.AsyncClient, redis: Redis, lending: Lending, stored_job: StoredJob
) -> None:
    assert await lending.readable(stored_job.job_id, "latest") == "latest"
    with pytest.raises(NotFound):
        await lending.readable(JobId("nobody"), 1)
    assert await lent(redis) == set()
    job_id = await forgotten(http, redis)
    await lending.readable(job_id, 2)
    assert await lent(redis) == {names.lent_key(job_id, 2)}
    assert (await http.get(f"/api/v1/jobs/{job_id}/frames/3")).content == frame_event(3)
    assert (await http.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
    with pytest.raises(NotFound):
        await lending.readable(job_id, 2)


async def test_a_frame_that_redis_has_dropped_of_a_job_that_it_holds_is_lent(
    http: httpx.AsyncClient, redis: Redis, redis_url: str, lending: Lending
) -> None:
    job_id = await end(http, redis, job_pb2.STOPPED)
    await until_archived(redis)
    await redis.hdel(names.frames_key(job_id), "1", "2")
    assert await lending.readable(job_id, 2) == 2
    assert x_of(redis_url, query_pb2.LayoutRef(job_id=job_id, sequence=2)) == 2.0
    assert await lending.readable(job_id, 3) == 3
    assert await lent(redis) == {names.lent_key(job_id, 2)}


async def test_a_lent_frame_expires_unless_it_is_asked_about_again(
    http: httpx.AsyncClient, redis: Redis, lending: Lending
) -> None:
    job_id = await forgotten(http, redis)
    key = names.lent_key(job_id, 3)
    await lending.readable(job_id, "latest")
    assert 0 < await redis.pttl(key) <= 1000 * LENT_SECONDS
    await redis.pexpire(key, 50)
    await lending.readable(job_id, 3)
    assert await redis.pttl(key) > 50
    await redis.pexpire(key, 1)
    await until_answered(lambda: is_gone(redis, key), what="the frame to be forgotten again")
    await lending.readable(job_id, 3)
    assert await redis.exists(key)


async def test_lent_frames_together_are_bounded(
    http: httpx.AsyncClient, redis: Redis, lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = await forgotten(http, redis)
    keys = {sequence: names.lent_key(job_id, sequence) for sequence in (1, 2, 3)}
    await lending.readable(job_id, 1)
    size = sum([await redis.hstrlen(keys[1], field) for field in (LentField.SPEC, LentField.FRAME)])
    monkeypatch.setattr(names, "LENT_BYTES", 2 * size + 16)
    await lending.readable(job_id, 2)
    await lending.readable(job_id, 1)
    await lending.readable(job_id, 3)
    assert await lent(redis) == {keys[1], keys[3]}, "the one that was asked about least recently stayed"
    assert {key.decode() for key in cast(list[bytes], await redis.zrange(names.LENT, 0, -1))} == {keys[1], keys[3]}


async def is_gone(redis: Redis, key: str) -> bool:
    return not await redis.exists(key)
