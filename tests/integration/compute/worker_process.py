"""A worker as it is started in production: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from fixtures.deadline import wait_until
from projector_contracts import names

_READY_SECONDS = 120.0
"""The first start compiles all kernels."""
_STOP_SECONDS = 20.0
_LOG_CHARS = 4000


@dataclass(frozen=True)
class Worker:
    """A running worker.

    Attributes:
        log: the file with its standard error.
    """

    process: subprocess.Popen[bytes]
    log: Path
    machine: str

    def terminate(self) -> int:
        """Ask it to end and wait; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=_STOP_SECONDS)

    def log_text(self) -> str:
        return self.log.read_text()


@dataclass(frozen=True)
class WorkerPlace:
    """Where workers are started: their Redis, loader and folders."""

    redis_url: str
    loader_address: str
    folder: Path
    numba_cache: Path

    @contextmanager
    def worker(self, role: str, machine: str = "here", **settings: str) -> Iterator[Worker]:
        """Start a worker and wait until it is ready; ``settings`` are further ``PROJECTOR_`` variables."""
        log = self.folder / f"{role}-{machine}.log"
        environment = {
            **os.environ,
            "PROJECTOR_REDIS_URL": self.redis_url,
            "PROJECTOR_LOADER_ADDRESS": self.loader_address,
            "PROJECTOR_CACHE_DIR": str(self.folder / "cache"),
            "PROJECTOR_MACHINE": machine,
            "NUMBA_CACHE_DIR": str(self.numba_cache),
            **{f"PROJECTOR_{name}": value for name, value in settings.items()},
        }
        command = [sys.executable, "-m", "projector_compute.worker", role]
        with log.open("ab") as output:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        worker = Worker(process, log, machine)
        try:
            self._wait_until_ready(worker, role)
            yield worker
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _wait_until_ready(self, worker: Worker, role: str) -> None:
        with redis.Redis.from_url(self.redis_url) as client:
            key = names.worker_key(role, worker.machine)
            wait_until(
                lambda: worker.process.poll() is not None or bool(client.exists(key)),
                seconds=_READY_SECONDS,
                what=f"the {role} worker to be ready",
            )
        assert worker.process.poll() is None, worker.log_text()[-_LOG_CHARS:]
