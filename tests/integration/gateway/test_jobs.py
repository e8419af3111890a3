"""Creating, joining and controlling jobs, against a real Redis and a real Celery queue."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, cast

import httpx
import pytest
from integration.gateway.conftest import serving_gateway
from integration.gateway.loader_service import EMBEDDING_ID, N_POINTS
from integration.gateway.stored_job import StoredJob, frame_event
from redis.asyncio import Redis

from projector_chassis.errors import RateLimited, Unavailable
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.jobs import repository as repository_module
from projector_gateway.jobs.repository import JobRepository
from projector_gateway.jobs.schemas import JobRequest
from projector_gateway.people.schemas import Person
from projector_gateway.results import kept_jobs
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
TSNE = {"method": "tsne", "n_dims": 2, "perplexity": 2}


def request(**changes: object) -> dict[str, object]:
    return {"embedding_id": EMBEDDING_ID, "projection": TSNE, **changes}


async def queued(redis: Redis, queue: str = names.QUEUE_BATCH) -> list[tuple[str, list[Any], dict[str, Any]]]:
    """Name, arguments and headers of the tasks in a queue, oldest first."""
    messages = [json.loads(message) for message in await redis.lrange(queue, 0, -1)]
    return [
        (message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0], message["headers"])
        for message in reversed(messages)
    ]


async def content(redis: Redis, key: str) -> bytes:
    """The value of a key that is there."""
    value = await redis.get(key)
    assert isinstance(value, bytes)
    return value


async def end(redis: Redis, job_id: str, phase: job_pb2.Phase.ValueType) -> None:
    """End a job as a worker does, apart from the fingerprint."""
    state = job_pb2.JobState.FromString(await content(redis, names.state_key(JobId(job_id))))
    state.phase = phase
    await redis.set(names.state_key(JobId(job_id)), state.SerializeToString())
    await redis.delete(names.slice_key(JobId(job_id)))


async def test_a_new_job_is_stored_whole_and_enqueued_once(http: httpx.AsyncClient, redis: Redis) -> None:
    response = await http.post("/api/v1/jobs", json=request(rows=[0, 2, 3, 7, 9], seed=7))
    assert response.status_code == 202
    job = response.json()
    assert (job["phase"], job["n_points"], job["rows"], job["seed"]) == ("queued", 5, [0, 2, 3, 7, 9], 7)
    job_id = JobId(job["id"])
    spec = job_pb2.JobSpec.FromString(await content(redis, names.spec_key(job_id)))
    assert (spec.embedding.n_points, spec.tsne.n_dims, spec.tsne.n_steps) == (N_POINTS, 2, 1000)
    slice_ = cast(dict[bytes, bytes], await redis.hgetall(names.slice_key(job_id)))
    assert (slice_[b"number"], slice_[b"attempt"], slice_[b"embedding"]) == (b"1", b"0", EMBEDDING_ID.encode())
    fingerprint = await content(redis, names.job_fingerprint_key(job_id))
    assert await content(redis, names.fingerprint_key(fingerprint.decode())) == job_id.encode()
    assert await redis.zscore(names.JOBS, job_id) is not None
    ((task, arguments, headers),) = await queued(redis)
    assert (task, arguments) == (names.TASK_PROJECT, [])
    assert await redis.zscore(names.DUE, job_id) is not None
    assert headers[names.REQUEST_ID_HEADER] == response.headers["x-request-id"]


async def test_the_same_request_joins_the_same_job(http: httpx.AsyncClient, redis: Redis) -> None:
    first = await http.post("/api/v1/jobs", json=request())
    second = await http.post("/api/v1/jobs", json=request(rows=list(range(N_POINTS))))
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()
    assert len(await queued(redis)) == 1


async def test_requests_at_the_same_moment_start_one_job(http: httpx.AsyncClient, redis: Redis) -> None:
    responses = await asyncio.gather(*(http.post("/api/v1/jobs", json=request()) for _ in range(10)))
    assert len({response.json()["id"] for response in responses}) == 1
    assert sorted(response.status_code for response in responses) == [200] * 9 + [202]
    assert len(await queued(redis)) == 1


@pytest.mark.parametrize(
    "changes", [{"seed": 1}, {"rows": [0, 1, 2, 3, 4]}, {"projection": {**TSNE, "n_dims": 3}}, {"fresh": True}]
)
async def test_a_different_or_fresh_request_starts_another_job(
    http: httpx.AsyncClient, changes: dict[str, object]
) -> None:
    first = await http.post("/api/v1/jobs", json=request())
    second = await http.post("/api/v1/jobs", json=request(**changes))
    assert second.status_code == 202
    assert first.json()["id"] != second.json()["id"]


async def test_after_a_fresh_start_the_next_request_joins_the_fresh_job(http: httpx.AsyncClient) -> None:
    await http.post("/api/v1/jobs", json=request())
    fresh = await http.post("/api/v1/jobs", json=request(fresh=True))
    joined = await http.post("/api/v1/jobs", json=request())
    assert joined.json()["id"] == fresh.json()["id"]


async def test_a_finished_job_still_answers(http: httpx.AsyncClient, redis: Redis) -> None:
    first = await http.post("/api/v1/jobs", json=request())
    await end(redis, first.json()["id"], job_pb2.FINISHED)
    second = await http.post("/api/v1/jobs", json=request())
    assert (second.status_code, second.json()["phase"]) == (200, "finished")


@pytest.mark.parametrize("phase", [job_pb2.FAILED, job_pb2.STOPPED, None])
async def test_a_fingerprint_of_a_failed_stopped_or_vanished_job_is_replaced(
    http: httpx.AsyncClient, redis: Redis, phase: job_pb2.Phase.ValueType | None
) -> None:
    first = (await http.post("/api/v1/jobs", json=request())).json()["id"]
    if phase is None:
        await redis.delete(names.spec_key(first), names.state_key(first))
    else:
        await end(redis, first, phase)
    second = await http.post("/api/v1/jobs", json=request())
    assert second.status_code == 202
    assert second.json()["id"] != first
    third = await http.post("/api/v1/jobs", json=request())
    assert (third.status_code, third.json()["id"]) == (200, second.json()["id"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": []}, "rows is empty"),
        ({"rows": [3, 2]}, "2 follows 3"),
        ({"rows": [0, 10]}, "rows holds 10; the embedding's rows are 0 to 9"),
        ({"rows": [-1, 2]}, "rows holds -1"),
        ({"rows": [0, 1]}, "at least 5 rows"),
    ],
)
async def test_rows_that_do_not_fit_are_refused_in_words(
    http: httpx.AsyncClient, redis: Redis, changes: dict[str, object], words: str
) -> None:
    response = await http.post("/api/v1/jobs", json=request(**changes))
    assert (response.status_code, response.json()["code"]) == (400, "invalid_argument")
    assert words in response.json()["detail"]
    assert await redis.keys("job:*") == []
    assert await redis.keys("due*") == []


async def test_more_rows_than_allowed_are_refused(settings: GatewaySettings) -> None:
    few = settings.model_copy(update={"max_job_rows": 5})
    async with serving_gateway(few) as gateway, httpx.AsyncClient(base_url=gateway.url) as http:
        response = await http.post("/api/v1/jobs", json=request(rows=[0, 1, 2, 3, 4, 5]))
    assert response.status_code == 400
    assert "at most 5" in response.json()["detail"]


async def test_a_parameter_out_of_range_is_named(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/jobs", json=request(projection={**TSNE, "perplexity": 0.5}))
    assert response.status_code == 422
    words = "Input should be 1 to 4 numbers greater than 1 and at most 1000 (given: 0.5)"
    assert words in response.json()["detail"]
    assert response.json()["detail"].startswith("projection.tsne.perplexity: ")


async def test_a_broker_that_takes_no_task_leaves_the_wake_up_to_the_sweeper(
    settings: GatewaySettings, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*arguments: object, **named: object) -> None:
        raise Unavailable("The queue of the workers does not answer.")

    async with serving_gateway(settings) as gateway, httpx.AsyncClient(base_url=gateway.url, timeout=20) as http:
        queue = gateway.services.jobs._queue
        monkeypatch.setattr(queue, "send", refuse)
        response = await http.post("/api/v1/jobs", json=request())
        assert response.status_code == 202
        assert await redis.zscore(names.DUE, response.json()["id"]) is not None
        assert not await queued(redis)
        monkeypatch.undo()
        assert await redis.brpop([names.QUEUE_BATCH], timeout=10) is not None


async def test_a_person_may_have_so_many_unfinished_jobs_and_all_so_many(settings: GatewaySettings) -> None:
    bounded = settings.model_copy(update={"max_jobs_of_one": 2, "max_jobs": 3})
    async with serving_gateway(bounded) as gateway, httpx.AsyncClient(base_url=gateway.url, timeout=20) as http:

        async def ask(seed: int, whose: str) -> httpx.Response:
            service = gateway.services.jobs
            try:
                created = await service.create(
                    JobRequest.model_validate(request(seed=seed)), by=Person(id=whose, name=whose)
                )
            except RateLimited as error:
                return httpx.Response(429, text=error.message)
            return httpx.Response(202 if created.is_new else 200)

        assert [(await ask(seed, "ada")).status_code for seed in (0, 1, 0)] == [202, 202, 200]
        third = await ask(2, "ada")
        assert (third.status_code, "2 unfinished jobs, the most that one person" in third.text) == (429, True)
        assert (await ask(2, "bob")).status_code == 202
        fourth = await ask(3, "cleo")
        assert (fourth.status_code, "3 unfinished jobs, the most at a time" in fourth.text) == (429, True)
        over_rest = await http.post("/api/v1/jobs", json=request(seed=4))
        assert (over_rest.status_code, over_rest.json()["code"]) == (429, "rate_limited")
        assert int(over_rest.headers["retry-after"]) > 0


async def test_what_is_large_in_a_listed_job_is_read_once(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = (await http.post("/api/v1/jobs", json=request(rows=[0, 2, 3, 5, 6]))).json()
    asked: list[list[JobId]] = []
    read_all = JobRepository._read_all

    async def counting(self: JobRepository, ids: list[JobId]) -> list[repository_module.StoredJob]:
        asked.append(list(ids))
        return await read_all(self, ids)

    monkeypatch.setattr(JobRepository, "_read_all", counting)
    first, second = [(await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})).json() for _ in range(2)]
    assert asked == [[job["id"]]]
    assert second == first
    assert (first[0]["id"], first[0]["n_points"]) == (job["id"], 5)


async def test_jobs_of_an_embedding_are_listed_newest_first(http: httpx.AsyncClient, redis: Redis) -> None:
    ids = [(await http.post("/api/v1/jobs", json=request(seed=seed))).json()["id"] for seed in range(3)]
    await redis.delete(names.state_key(ids[1]))
    listed = await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})
    assert [job["id"] for job in listed.json()] == [ids[2], ids[0]]
    assert await redis.zscore(names.JOBS, ids[1]) is None
    assert (await http.get("/api/v1/jobs", params={"embedding_id": "other"})).json() == []


async def test_a_list_of_jobs_counts_their_rows_and_a_job_names_them(http: httpx.AsyncClient) -> None:
    rows = [0, 2, 3, 5, 6]
    created = (await http.post("/api/v1/jobs", json=request(rows=rows))).json()
    (listed,) = (await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})).json()
    assert (created["rows"], created["n_points"]) == (rows, len(rows))
    assert listed == {name: value for name, value in created.items() if name != "rows"}
    assert (await http.get(f"/api/v1/jobs/{created['id']}")).json() == created


async def test_a_list_of_jobs_ends_after_the_newest(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_jobs, "MAX_LISTED", 3)
    monkeypatch.setattr(repository_module, "_LIST_CHUNK", 2)
    ids = [(await http.post("/api/v1/jobs", json=request(seed=seed))).json()["id"] for seed in range(5)]
    listed = await http.get("/api/v1/jobs", params={"embedding_id": EMBEDDING_ID})
    assert [job["id"] for job in listed.json()] == [ids[4], ids[3], ids[2]]


async def test_a_control_is_logged_and_wakes_a_worker(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = (await http.post("/api/v1/jobs", json=request())).json()["id"]
    response = await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "pause"})
    assert response.status_code == 202
    ((_, entry),) = cast(list[tuple[bytes, dict[bytes, bytes]]], await redis.xrange(names.controls_key(job_id)))
    assert job_pb2.Control.FromString(entry[b"control"]).WhichOneof("action") == "pause"
    assert (await queued(redis))[-1][:2] == (names.TASK_PROJECT, [])


async def test_a_stop_releases_the_fingerprint(http: httpx.AsyncClient) -> None:
    first = (await http.post("/api/v1/jobs", json=request())).json()["id"]
    await http.post(f"/api/v1/jobs/{first}/controls", json={"action": "stop"})
    second = await http.post("/api/v1/jobs", json=request())
    assert second.status_code == 202
    assert second.json()["id"] != first


async def test_an_ended_job_takes_no_control_but_a_stop(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = (await http.post("/api/v1/jobs", json=request())).json()["id"]
    await end(redis, job_id, job_pb2.FINISHED)
    resumed = await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "resume"})
    stopped = await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "stop"})
    assert (resumed.status_code, resumed.json()["code"]) == (409, "conflict")
    assert "finished" in resumed.json()["detail"]
    assert stopped.status_code == 202
    assert await redis.exists(names.controls_key(job_id)) == 0


async def test_a_control_of_an_unknown_job_is_not_found(http: httpx.AsyncClient) -> None:
    response = await http.post("/api/v1/jobs/nobody/controls", json={"action": "stop"})
    assert response.status_code == 404


async def test_stored_frames_are_forwarded_unread(http: httpx.AsyncClient, stored_job: StoredJob) -> None:
    frames = f"/api/v1/jobs/{stored_job.job_id}/frames"
    assert (await http.get(f"{frames}/latest")).status_code == 404
    await stored_job.put_frames(3)
    assert (await http.get(f"{frames}/2")).content == frame_event(2)
    latest = await http.get(f"{frames}/latest")
    assert latest.content == frame_event(3)
    assert latest.headers["content-type"] == "application/x-protobuf"


@pytest.mark.parametrize(("sequence", "status"), [("9", 404), ("0", 400), ("newest", 400), ("-1", 400)])
async def test_a_frame_that_is_not_kept_is_refused(
    http: httpx.AsyncClient, stored_job: StoredJob, sequence: str, status: int
) -> None:
    await stored_job.put_frame()
    response = await http.get(f"/api/v1/jobs/{stored_job.job_id}/frames/{sequence}")
    assert response.status_code == status
