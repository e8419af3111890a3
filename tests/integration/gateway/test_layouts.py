"""What a job has left behind, over HTTP."""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import AsyncExitStack

import httpx
import numpy as np
import pyarrow.parquet as pq
import pytest
from integration.gateway.loader_service import N_POINTS
from integration.gateway.stored_job import StoredJob
from redis.asyncio import Redis

from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.wire_arrays import read_float64, read_uint32

pytestmark = pytest.mark.integration


async def test_the_history_tells_losses_and_which_frames_are_kept(
    http: httpx.AsyncClient, redis: Redis, stored_job: StoredJob
) -> None:
    await stored_job.put_frames(4)
    await redis.hdel(names.frames_key(stored_job.job_id), "2", "3")
    response = await http.get(f"/api/v1/jobs/{stored_job.job_id}/history")
    history = job_pb2.JobHistory.FromString(response.content)
    assert response.headers["content-type"] == "application/x-protobuf"
    assert read_uint32(history.steps).tolist() == [1, 2, 3, 4]
    assert read_float64(history.losses).tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])
    assert list(history.kept) == [1, 0, 0, 1]


async def test_the_thumbnail_is_that_of_the_newest_frame_and_fetched_once(
    http: httpx.AsyncClient, stored_job: StoredJob
) -> None:
    path = f"/api/v1/jobs/{stored_job.job_id}/thumbnail"
    assert (await http.get(path)).status_code == 404
    await stored_job.put_frames(2)
    response = await http.get(path)
    thumbnail = job_pb2.Thumbnail.FromString(response.content)
    assert (thumbnail.sequence, len(thumbnail.places)) == (2, 2 * N_POINTS)
    tag = {"if-none-match": response.headers["etag"]}
    assert (await http.get(path, headers=tag)).status_code == 304
    await stored_job.put_frame()
    assert (await http.get(path, headers=tag)).status_code == 200


async def test_a_layout_is_downloaded_as_a_file_with_a_name(http: httpx.AsyncClient, stored_job: StoredJob) -> None:
    await stored_job.put_frames(3)
    response = await http.get(f"/api/v1/jobs/{stored_job.job_id}/layout.csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="layout-job1-step-3.csv"' in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert rows == [{"row": str(row), "x": "3", "y": "3"} for row in range(N_POINTS)]
    parquet = await http.get(f"/api/v1/jobs/{stored_job.job_id}/layout.parquet")
    assert pq.read_table(io.BytesIO(parquet.content)).column("x").to_pylist() == [3.0] * N_POINTS


async def test_any_kept_frame_is_downloaded(http: httpx.AsyncClient, stored_job: StoredJob) -> None:
    await stored_job.put_frames(3)
    path = f"/api/v1/jobs/{stored_job.job_id}/layout.npy"
    early = await http.get(path, params={"sequence": 2})
    assert 'filename="layout-job1-step-2.npy"' in early.headers["content-disposition"]
    np.testing.assert_array_equal(np.load(io.BytesIO(early.content)), np.full((N_POINTS, 2), 2, np.float32))
    latest = await http.get(path, params={"sequence": "latest"})
    np.testing.assert_array_equal(np.load(io.BytesIO(latest.content)), np.full((N_POINTS, 2), 3, np.float32))
    gone = await http.get(path, params={"sequence": 4})
    assert (gone.status_code, gone.json()["detail"]) == (
        404,
        "Frame 4 of job job1 is not kept; ask for another one or for the latest.",
    )


async def test_one_person_cannot_hold_any_number_of_files(http: httpx.AsyncClient, stored_job: StoredJob) -> None:
    await stored_job.put_frame(n_points=2_000_000)  # more than fits the buffers of a connection
    path = f"/api/v1/jobs/{stored_job.job_id}/layout.npy"
    async with AsyncExitStack() as slow:
        for _ in range(4):
            response = await slow.enter_async_context(http.stream("GET", path))
            assert response.status_code == 200
        refused = await http.get(path)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    async with asyncio.timeout(10):
        while (await http.get(path)).status_code == 429:  # until the gateway has noticed that they are gone
            continue


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nobody/history", 404),
        ("nobody/thumbnail", 404),
        ("nobody/layout.npy", 404),
        ("job1/layout.npy", 404),
        ("job1/layout.xls", 422),
        ("job1/layout.npy?sequence=0", 422),
        ("job1/layout.npy?sequence=9223372036854775808", 422),
        ("job1/layout.npy?sequence=oldest", 422),
        ("nobody/layout.npy?sequence=1", 404),
        ("nobody/frames/9999999999999999999", 404),
    ],
)
async def test_what_is_not_there_is_told_so(
    http: httpx.AsyncClient, stored_job: StoredJob, path: str, status: int
) -> None:
    assert (await http.get(f"/api/v1/jobs/{path}")).status_code == status
