"""What is left of a job when Redis has forgotten it, over HTTP, WebSocket and against a real Redis."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import httpx
import pytest
from integration.gateway.answering import answer_quality
from integration.gateway.conftest import RunningGateway
from integration.gateway.loader_service import EMBEDDING_ID
from integration.gateway.stored_job import StoredJob, frame_event
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from fixtures.waiting import until_answered
from projector_chassis.errors import Unavailable
from projector_contracts import names
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId
from projector_gateway.results import archivist
from projector_gateway.results.archive import Archive
from projector_gateway.wire_arrays import read_uint32

pytestmark = pytest.mark.integration
TSNE = {"method": "tsne", "n_dims": 2, "perplexity": 2}
REQUEST = {"embedding_id": EMBEDDING_ID, "projection": TSNE}
SCORES = query_pb2.QueryAnswer(quality=query_pb2.Quality(sequence=3, trustworthiness=query_pb2.Score(value=0.75)))


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archivist, "PERIOD_SECONDS", 0.05)


async def end(
    http: httpx.AsyncClient, redis: Redis, phase: job_pb2.Phase.ValueType = job_pb2.FINISHED, **changes: Any
) -> JobId:
    """Let a job publish three frames and end as a worker ends it; its id."""
    response = await http.post("/api/v1/jobs", json={**REQUEST, **changes})
    assert response.status_code == 202, response.text
    job = StoredJob(redis, response.json()["id"])
    await job.put_frames(3)
    await job.finish(phase)
    await redis.srem(names.JOBS_ACTIVE, job.job_id)
    await redis.zrem(names.DUE, job.job_id)
    await redis.delete(names.QUEUE_BATCH)  # the wake-up, which has been taken
    await redis.sadd(names.JOBS_ENDED, job.job_id)
    return job.job_id


async def until_archived(redis: Redis) -> None:
    async def is_done() -> bool:
        return await redis.scard(names.JOBS_ENDED) == 0

    await until_answered(is_done, what="results to be copied")


async def end_and_forget(http: httpx.AsyncClient, redis: Redis, **changes: Any) -> JobId:
    """Let a job end and its day in Redis be over."""
    job_id = await end(http, redis, **changes)
    await until_archived(redis)
    await redis.flushall()
    return job_id


async def watched(gateway: RunningGateway, job_id: JobId, after: int) -> tuple[list[job_pb2.JobEvent], int | None]:
    """What the socket of an ended job says to a watcher that draws at once, and the code by which it closes."""
    events: list[job_pb2.JobEvent] = []
    async with connect(gateway.events_url(job_id, after=after)) as socket:
        async for content in socket:
            events.append(job_pb2.JobEvent.FromString(cast(bytes, content)))
            if events[-1].HasField("frame"):
                drawn = job_pb2.ClientEvent(ack=job_pb2.Ack(sequence=events[-1].frame.sequence))
                await socket.send(drawn.SerializeToString())
    return events, socket.close_code


async def test_a_job_that_redis_has_forgotten_is_read_and_listed_as_before(
    http: httpx.AsyncClient, redis: Redis
) -> None:
    rows = [0, 2, 4, 6, 8]
    job_id = await end(http, redis, rows=rows)
    before = (await http.get(f"/api/v1/jobs/{job_id}")).json()
    await until_archived(redis)
    await redis.flushall()
    newer = (await http.post("/api/v1/jobs", json={**REQUEST, "seed": 9})).json()["id"]
    after = (await http.get(f"/api/v1/jobs/{job_id}")).json()
    assert after == before
    assert after["rows"] == rows
    listed = (await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})).json()
    assert [job["id"] for job in listed] == [newer, job_id]
    assert listed[1] == {name: value for name, value in before.items() if name != "rows"}


async def test_its_frames_history_picture_and_file_are_served(http: httpx.AsyncClient, redis: Redis) -> None:
    path = f"/api/v1/jobs/{await end_and_forget(http, redis)}"
    assert (await http.get(f"{path}/frames/2")).content == frame_event(2)
    assert (await http.get(f"{path}/frames/latest")).content == frame_event(3)
    assert (await http.get(f"{path}/frames/4")).status_code == 404
    history = job_pb2.JobHistory.FromString((await http.get(f"{path}/history")).content)
    assert (read_uint32(history.steps).tolist(), list(history.kept)) == ([1, 2, 3], [1, 1, 1])
    assert job_pb2.Thumbnail.FromString((await http.get(f"{path}/thumbnail")).content).sequence == 3
    assert (await http.get(f"{path}/layout.csv")).text.splitlines()[:2] == ["row,x,y", "0,3,3"]


async def test_frames_of_which_redis_keeps_the_last_alone_are_served_as_if_it_had_forgotten_all(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await end(http, redis)
    await until_archived(redis)
    path = f"/api/v1/jobs/{job_id}"
    before = (await http.get(f"{path}/history")).content
    await redis.hdel(names.frames_key(job_id), "1", "2")  # as the sweeper does when all histories take too much
    assert (await http.get(f"{path}/history")).content == before
    assert (await http.get(f"{path}/frames/2")).content == frame_event(2)
    events, _ = await watched(gateway, job_id, after=0)
    assert [event.frame.sequence for event in events if event.HasField("frame")] == [1, 2, 3]


async def test_its_socket_replays_what_is_kept_and_ends(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await end_and_forget(http, redis)
    events, close_code = await watched(gateway, job_id, after=1)
    assert [event.frame.sequence for event in events if event.HasField("frame")] == [2, 3]
    assert events[-1].state.phase == job_pb2.FINISHED
    assert close_code == 1000


async def test_the_same_request_finds_it_and_a_fresh_one_does_not(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await end_and_forget(http, redis)
    again = await http.post("/api/v1/jobs", json=REQUEST)
    assert (again.status_code, again.json()["id"], again.json()["phase"]) == (200, job_id, "finished")
    assert await redis.zcard(names.DUE) == 0
    fresh = await http.post("/api/v1/jobs", json={**REQUEST, "fresh": True})
    assert (fresh.status_code, fresh.json()["id"] == job_id) == (202, False)
    await redis.flushall()
    assert (await http.post("/api/v1/jobs", json=REQUEST)).status_code == 202


async def test_a_stopped_job_is_kept_but_answers_for_nothing(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await end(http, redis, job_pb2.STOPPED)
    await until_archived(redis)
    await redis.flushall()
    assert (await http.get(f"/api/v1/jobs/{job_id}")).json()["phase"] == "stopped"
    assert (await http.post("/api/v1/jobs", json=REQUEST)).status_code == 202


async def test_it_can_be_forked_and_bookmarked_but_not_steered(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await end_and_forget(http, redis)
    fork = await http.post(f"/api/v1/jobs/{job_id}/forks", json={"sequence": 2, "projection": TSNE})
    assert (fork.status_code, fork.json()["forked_from"]["sequence"]) == (202, 2)
    steered = await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "perturb"})
    assert (steered.status_code, "is finished" in steered.json()["detail"]) == (409, True)
    collection = (await http.post("/api/v1/collections", json={"embedding_id": EMBEDDING_ID, "name": "A"})).json()["id"]
    view = {
        "projection": TSNE,
        "components": [0, 1],
        "step": 2,
        "camera": {"mode": "orthographic", "position": [0, 0, 4], "target": [0, 0, 0], "up": [0, 1, 0], "zoom": 1},
        "label_column": None,
        "color_column": None,
    }
    body = {"name": "A", "view": view, "layout": {"job_id": job_id, "sequence": 2}}
    bookmark = await http.post(f"/api/v1/collections/{collection}/bookmarks", json=body)
    assert bookmark.status_code == 201, bookmark.text
    assert (await http.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
    assert (await http.get(f"/api/v1/jobs/{job_id}")).status_code == 404
    assert (await http.get(f"/api/v1/jobs/{job_id}/frames/2")).status_code == 404
    assert (await http.get(f"/api/v1/bookmarks/{bookmark.json()['id']}/layout")).content == frame_event(2)


async def test_its_quality_is_measured_once_and_then_known(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await end(http, redis)
    query = await answer_quality(redis, SCORES)
    assert query.layout.job_id == job_id
    path = f"/api/v1/jobs/{job_id}/quality"
    async with asyncio.timeout(10):  # nobody answers the queue any more, so this succeeds from the database alone
        while (response := await http.post(path, json={})).status_code != 200:
            assert response.status_code == 504
    assert response.json()["trustworthiness"]["value"] == 0.75
    await redis.flushall()
    assert (await http.post(path, json={"sequence": 3})).json() == response.json()
    assert await redis.llen(names.QUEUE_BATCH) == 0


async def test_a_quality_that_somebody_asked_for_is_kept_with_the_result(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await end(http, redis, job_pb2.STOPPED)  # so that it is not found out without being asked for
    await until_archived(redis)
    path = f"/api/v1/jobs/{job_id}/quality"
    _, unusual = await asyncio.gather(answer_quality(redis, SCORES), http.post(path, json={"n_neighbors": 2}))
    assert unusual.status_code == 200
    failure = query_pb2.QueryAnswer(failure=problem_pb2.Failure(code="conflict", message="The file has changed."))
    _, failed = await asyncio.gather(answer_quality(redis, failure), http.post(path, json={}))
    assert failed.status_code == 409
    _, found = await asyncio.gather(answer_quality(redis, SCORES), http.post(path, json={}))
    await redis.flushall()
    assert (await http.post(path, json={})).json() == found.json()
    assert await redis.llen(names.QUEUE_BATCH) == 0


async def test_a_job_that_is_deleted_while_it_is_copied_leaves_nothing(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying, deleted, has_added = asyncio.Event(), asyncio.Event(), asyncio.Event()
    add = Archive.add

    async def add_late(self: Archive, result: Any) -> None:
        copying.set()
        await deleted.wait()
        await add(self, result)
        assert await self.job(result.row.job_id) is not None
        has_added.set()

    monkeypatch.setattr(Archive, "add", add_late)
    job_id = await end(http, redis)
    await asyncio.wait_for(copying.wait(), 5)
    assert (await http.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
    deleted.set()
    archive = Archive(gateway.services.database)

    async def is_gone() -> bool:
        return has_added.is_set() and await archive.job(job_id) is None

    await until_answered(is_gone, what="the copy to be deleted, too")
    assert await redis.scard(names.JOBS_ENDED) == 0


async def test_a_gateway_that_died_amid_copying_is_made_up_for(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await end(http, redis)
    await until_archived(redis)
    await redis.sadd(names.JOBS_ENDED, job_id)  # as if it had died before it took the job out
    await until_archived(redis)
    await redis.flushall()
    assert await Archive(gateway.services.database).sequences(job_id) == [1, 2, 3]
    assert (await http.get(f"/api/v1/jobs/{job_id}/frames/3")).content == frame_event(3)


async def test_a_result_that_cannot_be_copied_holds_no_other_up(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Archive.add
    refused: list[str] = []

    async def refuse_one(self: Archive, result: Any) -> None:
        if not refused or refused == [result.row.job_id]:
            refused[:] = [result.row.job_id]
            raise ValueError("something that nobody thought of")
        await add(self, result)

    monkeypatch.setattr(Archive, "add", refuse_one)
    jobs = {await end(http, redis), await end(http, redis, seed=2)}
    await until_archived(redis)
    archive = Archive(gateway.services.database)
    kept = {job_id for job_id in jobs if await archive.job(job_id) is not None}
    assert kept == jobs - set(refused)
    assert len(kept) == 1


async def test_without_the_database_jobs_run_and_are_listed_and_results_wait(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("The database is away.")

    with monkeypatch.context() as patched:
        for name in ("add", "answering", "of_embedding", "job", "quality"):
            patched.setattr(Archive, name, away)
        job_id = await end(http, redis)
        listed = (await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})).json()
        assert [job["id"] for job in listed] == [job_id]
        assert (await http.get("/api/v1/jobs/nobody")).status_code == 503
        assert await redis.scard(names.JOBS_ENDED) == 1
    await until_archived(redis)
    assert await Archive(gateway.services.database).job(job_id) is not None
