"""Jobs that start from another one's frame, and jobs that are removed."""

from __future__ import annotations

import asyncio
from array import array

import httpx
import pytest
from integration.gateway.conftest import RunningGateway
from integration.gateway.loader_service import EMBEDDING_ID, N_POINTS
from redis.asyncio import Redis

from fixtures.job_watcher import JobWatcher
from fixtures.waiting import until
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

pytestmark = pytest.mark.integration
TSNE = {"method": "tsne", "n_dims": 2, "perplexity": 2}


async def started(http: httpx.AsyncClient, **changes: object) -> JobId:
    body = {"embedding_id": EMBEDDING_ID, "projection": TSNE, **changes}
    return JobId((await http.post("/api/v1/jobs", json=body)).json()["id"])


async def content(redis: Redis, key: str) -> bytes:
    """The value of a key that is there."""
    value = await redis.get(key)
    assert isinstance(value, bytes)
    return value


async def put_frame(
    redis: Redis, job_id: JobId, sequence: int, *, n_dims: int = 2, as_uint16: bool = False
) -> job_pb2.Frame:
    """Store a frame as a worker does; coordinate d of row i is 10 * i + d."""
    n_points = job_pb2.JobState.FromString(await content(redis, names.state_key(job_id))).n_points
    values = [10 * row + dim for row in range(n_points) for dim in range(n_dims)]
    frame = job_pb2.Frame(sequence=sequence, step=100 * sequence, n_points=n_points, n_dims=n_dims)
    if as_uint16:
        frame.encoding, frame.layout = job_pb2.UINT16, array("H", [2 * value for value in values]).tobytes()
        frame.scale.extend([0.5] * n_dims)
        frame.offset.extend([0.0] * n_dims)
    else:
        frame.encoding, frame.layout = job_pb2.FLOAT32, array("f", values).tobytes()
    await redis.hset(names.frames_key(job_id), str(sequence), job_pb2.JobEvent(frame=frame).SerializeToString())
    state = job_pb2.JobState.FromString(await content(redis, names.state_key(job_id)))
    state.sequence, state.phase = sequence, job_pb2.RUNNING
    await redis.set(names.state_key(job_id), state.SerializeToString())
    await redis.publish(names.channel(job_id), b"frame")
    return frame


@pytest.mark.parametrize("as_uint16", [False, True])
async def test_a_fork_starts_from_the_frames_very_coordinates(
    as_uint16: bool, http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await started(http, rows=[0, 2, 3, 7, 9], seed=5, preprocessing="z_score")
    frame = await put_frame(redis, job_id, 4, as_uint16=as_uint16)
    wish = {"sequence": 4, "seed": 8, "projection": {**TSNE, "perplexity": 1.3, "early_exaggeration_steps": 0}}
    response = await http.post(f"/api/v1/jobs/{job_id}/forks", json=wish)
    assert response.status_code == 202, response.text
    fork = response.json()
    assert fork["forked_from"] == {"job_id": job_id, "sequence": 4, "step": 400}
    assert (fork["rows"], fork["seed"], fork["preprocessing"]) == ([0, 2, 3, 7, 9], 8, "z_score")
    spec = job_pb2.JobSpec.FromString(await content(redis, names.spec_key(JobId(fork["id"]))))
    assert spec.tsne.initialisation == job_pb2.GIVEN
    assert list(spec.tsne.perplexity) == [1.3]
    expected = array("f", [10 * row + dim for row in range(frame.n_points) for dim in range(2)])
    assert spec.tsne.initial_layout == expected.tobytes()
    again = await http.post(f"/api/v1/jobs/{job_id}/forks", json=wish)
    assert (again.status_code, again.json()["id"]) == (200, fork["id"])


async def test_a_fork_of_a_pca_takes_its_first_components_and_of_the_newest_frame_by_default(
    http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await started(http, projection={"method": "pca"})
    await put_frame(redis, job_id, 1, n_dims=4)
    umap = {"method": "umap", "n_dims": 3, "n_neighbors": 3}
    fork = (await http.post(f"/api/v1/jobs/{job_id}/forks", json={"projection": umap})).json()
    spec = job_pb2.JobSpec.FromString(await content(redis, names.spec_key(JobId(fork["id"]))))
    expected = array("f", [10 * row + dim for row in range(N_POINTS) for dim in range(3)])
    assert spec.umap.initial_layout == expected.tobytes()
    assert spec.forked_from.sequence == 1


async def test_what_cannot_be_forked_is_refused_in_words(http: httpx.AsyncClient, redis: Redis) -> None:
    job_id = await started(http)
    forks = f"/api/v1/jobs/{job_id}/forks"
    early = await http.post(forks, json={"projection": TSNE})
    assert (early.status_code, "no frame yet" in early.json()["detail"]) == (404, True)
    for sequence in (1, 5, 9):
        await put_frame(redis, job_id, sequence)
    thinned = await http.post(forks, json={"sequence": 6, "projection": TSNE})
    assert (thinned.status_code, "the nearest that are: 5 and 9" in thinned.json()["detail"]) == (404, True)
    flat = await http.post(forks, json={"projection": {**TSNE, "n_dims": 3}})
    assert (flat.status_code, "n_dims is 3; the frame has 2" in flat.json()["detail"]) == (400, True)
    assert (await http.post(forks, json={"projection": {"method": "pca"}})).status_code == 422
    assert (await http.post("/api/v1/jobs/nobody/forks", json={"projection": TSNE})).status_code == 404


async def test_a_deleted_job_is_gone_and_whoever_watches_is_told_so(
    gateway: RunningGateway, http: httpx.AsyncClient, redis: Redis
) -> None:
    job_id = await started(http)
    await put_frame(redis, job_id, 1)
    await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "pause"})
    watcher = JobWatcher(gateway.events_url(job_id))
    watching = asyncio.create_task(watcher.follow())
    await until(lambda: watcher.sequence == 1, what="the frame")
    assert (await http.delete(f"/api/v1/jobs/{job_id}")).status_code == 204
    await until(lambda: bool(watcher.reasons), what="a word of it")
    watching.cancel()
    assert watcher.reasons[0] == f"Job {job_id} was deleted."
    assert watcher.codes[0] == 4404
    left = [key for key in await redis.keys("*") if job_id.encode() in key]
    assert left == []
    assert await redis.keys("fingerprint:*") == []
    for members in (await redis.zrange(names.DUE, 0, -1), await redis.zrange(names.JOBS, 0, -1)):
        assert members == []
    assert await redis.smembers(names.JOBS_ACTIVE) == set()
    assert (await http.get(f"/api/v1/jobs/{job_id}")).status_code == 404
    assert (await http.delete(f"/api/v1/jobs/{job_id}")).status_code == 404
    assert (await started(http)) != job_id
