"""The loader as a process: it starts without TensorFlow, answers, and stops when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from projector_contracts.loader.v1 import loader_pb2, loader_pb2_grpc

pytestmark = pytest.mark.integration

START_SECONDS = 30


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def process(root: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "PROJECTOR_DATA_ROOT": str(root),
        "PROJECTOR_LOADER_ADDRESS": f"127.0.0.1:{port}",
        "PROJECTOR_LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "projector_loader.main"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_loader_serves_without_tensorflow_and_stops_on_sigterm(process: subprocess.Popen[str], port: int) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        grpc.channel_ready_future(channel).result(START_SECONDS)
        stub = loader_pb2_grpc.LoaderServiceStub(channel)
        listing = stub.ListRuns(loader_pb2.ListRunsRequest(), timeout=10, metadata=(("request_id", "r-1"),))
        request = loader_pb2.ReadTensorRequest(embedding_id=listing.runs[1].embeddings[0].id)
        assert len(list(stub.ReadTensor(request, timeout=10, metadata=(("request_id", "r-2"),)))) == 4
        modules = Path(f"/proc/{process.pid}/maps")
        if modules.exists():
            assert "tensorflow" not in modules.read_text()
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=15)

    assert process.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert {line["service"] for line in lines} == {"loader"}
    answered = {(line["rpc"], line["request_id"]) for line in lines if line["event"] == "answered"}
    assert answered == {("ListRuns", "r-1"), ("ReadTensor", "r-2")}
    assert lines[-1]["event"] == "stopped"


def test_address_that_is_taken_is_said(root: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        environment = os.environ | {"PROJECTOR_DATA_ROOT": str(root), "PROJECTOR_LOADER_ADDRESS": address}
        done = subprocess.run(
            [sys.executable, "-m", "projector_loader.main"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
    assert done.returncode == 1
    assert address in done.stderr


def test_missing_setting_is_said() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PROJECTOR_")}
    done = subprocess.run(
        [sys.executable, "-m", "projector_loader.main"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
    assert done.returncode == 1
    assert "data_root" in done.stderr
