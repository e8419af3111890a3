"""A worker that is cut off from Redis for half a minute, and a job that kills whoever carries it out."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from integration.compute.array_loader import ArrayLoader
from integration.compute.job_client import JobClient, tsne_spec
from integration.compute.worker_process import WorkerPlace
from integration.gateway.conftest import RunningGateway, serving_gateway
from numpy.typing import NDArray

from fixtures.job_watcher import JobWatcher
from fixtures.processes import children_of
from fixtures.relay import relay_to
from fixtures.waiting import until
from projector_compute.model import Phase
from projector_contracts.names import JobId, SliceField
from projector_gateway.settings import GatewaySettings

pytestmark = pytest.mark.integration
CUT_SECONDS = 30.0
GOES_ON_SECONDS = 20.0


@pytest.fixture
async def gateway(redis_url: str, loader: ArrayLoader, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    settings = GatewaySettings(
        port=0,
        redis_url=redis_url,
        loader_address=loader.address,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/projector.sqlite3",
        page_directory=tmp_path / "page",
    )
    async with serving_gateway(settings) as running:
        yield running


async def test_a_cut_network_is_a_pause(
    place: WorkerPlace,
    loader: ArrayLoader,
    client: JobClient,
    digits: NDArray[np.float32],
    gateway: RunningGateway,
) -> None:
    port = urlsplit(place.redis_url).port
    assert port is not None
    with relay_to(port) as relay:
        far = WorkerPlace(f"redis://127.0.0.1:{relay.port}/0", place.loader_address, place.folder, place.numba_cache)
        worker = far.worker("batch")
        await asyncio.to_thread(worker.__enter__)
        try:
            job = client.create(tsne_spec(loader.add("digits", digits), n_dims=3, n_steps=100_000))
            watcher = JobWatcher(gateway.events_url(job))
            watching = asyncio.create_task(watcher.follow())
            await until(lambda: watcher.sequence > 10, what="the first frames", seconds=30)
            relay.cut()
            await asyncio.sleep(CUT_SECONDS)
            seen = watcher.sequence
            relay.mend()
            await until(lambda: watcher.sequence > seen + 10, what="frames again", seconds=GOES_ON_SECONDS)
            client.stop(job)
            await asyncio.wait_for(watching, GOES_ON_SECONDS)
        finally:
            await asyncio.to_thread(worker.__exit__, None, None, None)
    assert watcher.n_connections == 1
    assert watcher.phases[-1] == ("STOPPED", "")
    assert any(reason for _, reason in watcher.phases), "nobody was told why nothing went on"
    assert all(after.sequence > before.sequence for before, after in pairwise(watcher.frames))
    assert all(after.step > before.step for before, after in pairwise(watcher.frames))


async def is_tried(client: JobClient, job: JobId, attempt: int) -> None:
    """Wait until a worker holds the slice for that attempt."""
    await until(
        lambda: client.is_held(job) and client.slice_field(job, SliceField.ATTEMPT) == str(attempt),
        what=f"attempt {attempt}",
        seconds=30,
    )


async def test_a_job_that_kills_its_worker_three_times_fails_with_a_reason_and_harms_no_other(
    place: WorkerPlace,
    loader: ArrayLoader,
    client: JobClient,
    digits: NDArray[np.float32],
    gateway: RunningGateway,
) -> None:
    ref = loader.add("digits", digits)
    with place.worker("batch", LEASE_SECONDS="1") as worker:
        poison = client.create(tsne_spec(ref, n_steps=100_000), "poison")
        for n_killed in range(3):
            await is_tried(client, poison, n_killed)
            os.kill(children_of(worker.process.pid)[0], signal.SIGKILL)
        await until(lambda: client.state(poison).phase is Phase.FAILED, what="the job to be given up", seconds=30)
        failure = client.state(poison).failure
        other = client.create(tsne_spec(ref, n_steps=50), "other")
        await until(lambda: client.state(other).phase is Phase.FINISHED, what="another job", seconds=30)
    assert failure is not None
    assert "ended 3 workers at the same place" in failure.message
