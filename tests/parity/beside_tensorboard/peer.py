"""TensorBoard's own projector plugin, served by a real TensorBoard."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fixtures.deadline import wait_until
from projector_cli.ports import free_port

_START_SECONDS = 90.0


@dataclass(frozen=True)
class TensorBoard:
    """A running TensorBoard and the routes of its projector."""

    url: str

    def ask(self, route: str, **query: str) -> bytes:
        address = f"{self.url}/data/plugin/projector/{route}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return bytes(answer.read())

    def runs(self) -> list[str]:
        return list(json.loads(self.ask("runs")))

    def embeddings(self, run: str) -> list[dict[str, Any]]:
        """Entries of ``/info``, as its page gets them."""
        return list(json.loads(self.ask("info", run=run)).get("embeddings", []))

    def tensor(self, run: str, name: str, n_dims: int) -> NDArray[np.float32]:
        return np.frombuffer(self.ask("tensor", run=run, name=name), "<f4").reshape(-1, n_dims)

    def is_listening(self) -> bool:
        try:
            self.ask("runs")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


@contextmanager
def running_tensorboard(logdir: Path, log: Path) -> Iterator[TensorBoard]:
    """TensorBoard on a free port of loopback, once it has seen the runs."""
    port = free_port()
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", str(port)]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--load_fast=false"], stdout=written, stderr=written
        )
    peer = TensorBoard(f"http://127.0.0.1:{port}")
    try:
        wait_until(
            lambda: process.poll() is not None or (peer.is_listening() and bool(peer.runs())),
            seconds=_START_SECONDS,
            what="TensorBoard to list runs",
        )
        assert process.poll() is None, f"TensorBoard ended:\n{log.read_text()}"
        yield peer
    finally:
        process.terminate()
        process.wait(timeout=20)
