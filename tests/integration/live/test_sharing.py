"""Workers are shared fairly: between machines, and between people."""

from __future__ import annotations

import numpy as np
import pytest
from integration.compute.array_loader import ArrayLoader
from integration.compute.job_client import JobClient, tsne_spec
from integration.compute.worker_process import WorkerPlace
from numpy.typing import NDArray

from projector_compute.model import Phase
from projector_contracts.names import JobId, SliceField

pytestmark = pytest.mark.integration
SLICES = "0.3"


def test_two_machines_share_six_jobs(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    ref = loader.add("digits", digits)
    caches = {machine: str(place.folder / machine) for machine in ("here", "there")}
    with (
        place.worker("batch", "here", SLICE_SECONDS=SLICES, N_THREADS="1", CACHE_DIR=caches["here"]),
        place.worker("batch", "there", SLICE_SECONDS=SLICES, N_THREADS="1", CACHE_DIR=caches["there"]),
    ):
        jobs = [client.create(tsne_spec(ref, n_steps=100_000), f"job-{number}") for number in range(6)]
        for job in jobs:
            client.wait_for_step(job, 2000)
        steps = np.array([client.state(job).step for job in jobs])
        machines = [client.slice_field(job, SliceField.MACHINE) for job in jobs]
        for job in jobs:
            client.stop(job)
        for job in jobs:
            client.wait_for(job, Phase.STOPPED)
    assert sorted(machines) == ["here"] * 3 + ["there"] * 3
    assert steps.max() < 3 * steps.min(), steps


def test_many_jobs_of_one_person_do_not_shut_another_one_out(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    ref = loader.add("digits", digits)
    with place.worker("batch", SLICE_SECONDS=SLICES):
        many = [client.create(tsne_spec(ref, n_steps=100_000), f"ada-{k}", owner="ada") for k in range(10)]
        for job in many:
            client.wait_for_step(job, 1)
        before = total_steps(client, many)
        one = client.create(tsne_spec(ref, n_steps=100_000), "bob", owner="bob")
        client.wait_for_step(one, 4000)
        gone_on = total_steps(client, many) - before
        bobs = client.state(one).step
    assert 0.4 < bobs / (bobs + gone_on) < 0.9, (bobs, gone_on)


def total_steps(client: JobClient, jobs: list[JobId]) -> int:
    return sum(client.state(job).step for job in jobs)
