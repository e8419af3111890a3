"""The loader and the processes it is measured beside, each on a free port for as long as a measurement takes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from benchmarks.byte_stream import METHOD
from projector_cli.ports import free_port
from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc

_START_SECONDS = 120.0
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PROJECTOR_LOG_LEVEL": "WARNING"}


@dataclass(frozen=True)
class LoaderProcess:
    """A fresh loader over one data root."""

    pid: int
    stub: loader_pb2_grpc.LoaderServiceStub

    def embedding_ids(self) -> dict[str, str]:
        """Ids by the run's name, of runs with one embedding."""
        runs = self.stub.ListRuns(loader_pb2.ListRunsRequest(), timeout=60).runs
        return {run.name: run.embeddings[0].id for run in runs if run.embeddings}

    def read(self, embedding_id: str, *, n_rows: int = 0) -> int:
        """Read a tensor, or its first rows, and drop it; how many bytes came."""
        request = loader_pb2.ReadTensorRequest(embedding_id=embedding_id)
        if n_rows:
            request.range.n_rows = n_rows
        return sum(len(chunk.rows) for chunk in self.stub.ReadTensor(request, timeout=600))

    def anonymous_bytes(self) -> int:
        """Memory of its own: mapped files, which the kernel may drop at any time, are not in it."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon"))


@contextlib.contextmanager
def running_loader(data_root: Path) -> Iterator[LoaderProcess]:
    port = free_port()
    environment = {"PROJECTOR_DATA_ROOT": str(data_root), "PROJECTOR_LOADER_ADDRESS": f"127.0.0.1:{port}"}
    with (
        _process("projector_loader.main", environment=environment) as process,
        grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        health = health_pb2_grpc.HealthStub(channel)
        _wait_until(lambda: _answers(lambda: health.Check(health_pb2.HealthCheckRequest(), timeout=1)), process)
        yield LoaderProcess(process.pid, loader_pb2_grpc.LoaderServiceStub(channel))


@contextlib.contextmanager
def running_byte_stream() -> Iterator[Callable[[int], int]]:
    """Streams so many bytes and drops them; gives back how many came."""
    with _process("benchmarks.byte_stream", stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            call: grpc.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(METHOD)
            yield lambda n_bytes: sum(map(len, call(str(n_bytes).encode(), timeout=600)))


@contextlib.contextmanager
def running_tensorboard(logdir: Path) -> Iterator[Callable[[str, str], int]]:
    """Asks a fresh TensorBoard's ``/tensor`` for (run, tensor name); gives back how many bytes came."""
    port = free_port()
    routes = f"http://127.0.0.1:{port}/data/plugin/projector"
    arguments = ["--logdir", str(logdir), "--port", str(port), "--host", "127.0.0.1", "--load_fast=false"]

    def ask(route: str, **query: str) -> bytes:
        with urllib.request.urlopen(f"{routes}/{route}?{urllib.parse.urlencode(query)}", timeout=600) as answer:
            return bytes(answer.read())

    with _process("tensorboard.main", *arguments) as process:
        _wait_until(lambda: _answers(lambda: ask("runs")) and len(ask("runs")) > 2, process)
        yield lambda run, name: len(ask("tensor", run=run, name=name))


@contextlib.contextmanager
def _process(
    module: str, *arguments: str, environment: dict[str, str] | None = None, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **_QUIET, **(environment or {})},
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _wait_until(is_true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not is_true():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start")
        time.sleep(0.05)


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (grpc.RpcError, urllib.error.URLError, ConnectionError):
        return False
    return True
