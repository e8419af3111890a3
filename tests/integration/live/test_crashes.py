"""Parts of a running projector are killed again and again while somebody watches; the job goes on."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from fixtures.job_watcher import JobWatcher
from fixtures.processes import child_of, children_of
from fixtures.projector import RunningProjector, running_projector
from fixtures.waiting import until
from projector_contracts.compute.v1 import job_pb2

pytestmark = pytest.mark.integration
GOES_ON_SECONDS = 20.0
"""After whatever was killed."""
N_ROUNDS = 10
_LOG = logging.getLogger(__name__)  # shown with --log-cli-level=INFO
KILLS = ("batch worker", "redis", "gateway", "batch child", "loader")


def victim(projector: RunningProjector, kill: str) -> int:
    """The process to kill."""
    match kill:
        case "redis":  # its environment cannot be read: it writes its title there
            return child_of(projector.process.pid, "redis-server")
        case "batch child":
            return children_of(projector.pid_of("projector_compute.worker batch"))[0]
        case "batch worker":
            return projector.pid_of("projector_compute.worker batch")
        case part:
            return projector.pid_of(f"projector_{part}.main")


@pytest.fixture(scope="module")
def live_projector(demo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProjector]:
    with running_projector(demo_root, tmp_path_factory.mktemp("live")) as projector:
        yield projector


async def start_job(http: httpx.AsyncClient, **tsne: object) -> str:
    (run, *_) = (await http.get("/api/v1/runs")).json()
    projection = {"method": "tsne", "n_dims": 3, "perplexity": 540, "n_steps": 100_000, **tsne}
    body = {"embedding_id": run["embeddings"][0]["id"], "projection": projection, "fresh": True}
    response = await http.post("/api/v1/jobs", json=body)
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


async def kept_frames(http: httpx.AsyncClient, job_id: str, sequences: list[int]) -> dict[int, bytes]:
    """Serialised frames that a late joiner may still ask for, of some sequences."""
    kept: dict[int, bytes] = {}
    for sequence in sequences[:: max(1, len(sequences) // 200)]:
        response = await http.get(f"/api/v1/jobs/{job_id}/frames/{sequence}")
        if response.status_code == 200:
            kept[sequence] = job_pb2.JobEvent.FromString(response.content).frame.SerializeToString()
    return kept


def events_url(projector: RunningProjector, job_id: str) -> str:
    return f"{projector.url.replace('http', 'ws', 1)}/api/v1/jobs/{job_id}/events"


async def test_fifty_clients_who_ask_for_the_same_at_once_share_one_computation(
    live_projector: RunningProjector,
) -> None:
    async def ask_and_watch() -> tuple[int, JobWatcher]:
        async with httpx.AsyncClient(base_url=live_projector.url, timeout=60) as http:
            (run, *_) = (await http.get("/api/v1/runs")).json()
            projection = {"method": "tsne", "n_dims": 2, "n_steps": 1500}
            body = {"embedding_id": run["embeddings"][0]["id"], "projection": projection}
            response = await http.post("/api/v1/jobs", json=body)
            watcher = JobWatcher(events_url(live_projector, response.json()["id"]))
            await watcher.follow()
            return response.status_code, watcher

    asked = await asyncio.gather(*(ask_and_watch() for _ in range(50)))
    assert sorted(status for status, _ in asked) == [200] * 49 + [202]
    assert len({watcher.url for _, watcher in asked}) == 1
    last = [watcher.frames[-1] for _, watcher in asked]
    assert {frame.step for frame in last} == {1500}
    assert len({frame.layout for frame in last}) == 1
    (log,) = live_projector.home.glob("logs/*/batch-worker.log")
    assert log.read_text().count('"job ended"') == 1


async def goes_on(watcher: JobWatcher, seen: int, what: str) -> None:
    """Wait until some frames after that sequence have come."""
    await until(lambda: watcher.sequence > seen + 5, what=what, seconds=GOES_ON_SECONDS)


@pytest.mark.timeout(600)
async def test_ten_rounds_of_kills_lose_no_job_and_repeat_no_step(live_projector: RunningProjector) -> None:
    async with httpx.AsyncClient(base_url=live_projector.url, timeout=20) as http:
        job_id = await start_job(http)
        watcher = JobWatcher(events_url(live_projector, job_id))
        watching = asyncio.create_task(watcher.follow())
        await until(lambda: watcher.sequence > 10, what="the first frames", seconds=60)
        for number in range(N_ROUNDS):
            kill = KILLS[number % len(KILLS)]
            os.kill(victim(live_projector, kill), signal.SIGKILL)
            killed = time.monotonic()
            await asyncio.sleep(0.3)  # what was on its way has come
            seen = watcher.sequence
            what = f"frames after the {kill} was killed in round {number}: {watcher.phases[-3:]}"
            await goes_on(watcher, seen, what)
            _LOG.info("round %d: %s killed, went on after %.1f s", number, kill, time.monotonic() - killed)
        await http.post(f"/api/v1/jobs/{job_id}/controls", json={"action": "stop"})
        await asyncio.wait_for(watching, GOES_ON_SECONDS)
        kept = await kept_frames(http, job_id, [frame.sequence for frame in watcher.frames])
    assert watcher.phases[-1] == ("STOPPED", "")
    assert not any(phase == "FAILED" for phase, _ in watcher.phases)
    assert all(after.sequence > before.sequence for before, after in pairwise(watcher.frames))
    assert all(after.step > before.step for before, after in pairwise(watcher.frames))
    assert any("worker that computed this is gone" in reason for _, reason in watcher.phases)
    assert any("store of running jobs" in reason for reason in watcher.reasons)
    recorded = {frame.sequence: frame.SerializeToString() for frame in watcher.frames}
    assert len(kept) > 100
    assert all(recorded[sequence] == frame for sequence, frame in kept.items())
