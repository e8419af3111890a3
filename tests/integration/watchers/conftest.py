"""A gateway in a process of its own, and a job whose frames come as fast as a worker publishes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
from integration.compute.job_client import JobClient

from fixtures.deadline import wait_until
from projector_cli.ports import free_port
from projector_compute.adapters.redis_jobs import RedisJobs, RedisSlice, connect
from projector_compute.model import Dropped, Frame, Phase
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

N_POINTS = 10_000
_FRAME_SECONDS = 1 / 60
_KEPT_FRAMES = 60
_START_SECONDS = 60.0


@dataclass(frozen=True)
class GatewayProcess:
    """A gateway and what the system says of it."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def own_bytes(self) -> int:
        """Memory that is its alone."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("RssAnon")]
        return int(line.split()[1]) * 1024

    @property
    def n_sockets(self) -> int:
        """Sockets that it holds open."""
        n_sockets = 0
        for descriptor in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                n_sockets += os.readlink(descriptor).startswith("socket:")
        return n_sockets


@contextmanager
def gateway_process(redis_url: str, folder: Path) -> Iterator[GatewayProcess]:
    port = free_port()
    environment = {
        **os.environ,
        "PROJECTOR_PORT": str(port),
        "PROJECTOR_REDIS_URL": redis_url,
        "PROJECTOR_LOADER_ADDRESS": "127.0.0.1:1",
        "PROJECTOR_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/projector.sqlite3",
    }
    with (folder / "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "projector_gateway.main"], env=environment, stdin=subprocess.DEVNULL, stderr=log
        )
    try:
        wait_until(lambda: _answers(port), seconds=_START_SECONDS, what="the gateway to answer")
        yield GatewayProcess(process, port)
    finally:
        process.terminate()
        process.wait(timeout=20)


class PublishedJob:
    """A 3-D t-SNE whose frames are stored 60 times a second through the worker's own adapter."""

    def __init__(self, job_id: JobId, held: RedisSlice) -> None:
        self.job_id = job_id
        self._held = held
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._publish, name="publisher")
        self.sequence = 0

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Publish the last frame and end the job."""
        self._ended.set()
        self._thread.join(timeout=20)

    def _publish(self) -> None:
        layout = np.random.default_rng(0).standard_normal((N_POINTS, 3), np.float32)
        state = replace(self._held.read_state(), phase=Phase.RUNNING)
        due = time.monotonic()
        with self._held:
            while not self._ended.is_set():
                self.sequence += 1
                layout[0, 0] = self.sequence
                state = replace(state, sequence=self.sequence, step=self.sequence, updated_at=datetime.now(UTC))
                oldest = (self.sequence - _KEPT_FRAMES,) if self.sequence > _KEPT_FRAMES else ()
                self._held.store_frame(Frame(self.sequence, self.sequence, 1.0, layout), state, Dropped(oldest, oldest))
                due = max(due + _FRAME_SECONDS, time.monotonic())
                self._ended.wait(due - time.monotonic())
            self._held.finish(replace(state, phase=Phase.FINISHED))


@pytest.fixture
def gateway(redis_url: str, tmp_path: Path) -> Iterator[GatewayProcess]:
    with gateway_process(redis_url, tmp_path) as running:
        yield running


@pytest.fixture
def job(redis_url: str) -> Iterator[PublishedJob]:
    """A job that publishes until it is ended."""
    spec = job_pb2.JobSpec(
        embedding=job_pb2.EmbeddingRef(embedding_id="digits-0", digest="d", n_points=N_POINTS, n_dims=784),
        tsne=job_pb2.TsneParameters(
            n_dims=3, perplexity=[30], early_exaggeration=12, n_steps=1000, metric=job_pb2.EUCLIDEAN
        ),
    )
    client = connect(redis_url)
    job_id = JobClient(redis_url).create(spec)
    held = RedisJobs(client, "here", lease_seconds=10, wake=lambda: None).take()
    assert held is not None
    published = PublishedJob(job_id, held)
    published.start()
    yield published
    published.end()
    client.close()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
    except httpx.TransportError:
        return False
