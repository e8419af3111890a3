"""Whatever becomes of the supervisor, its processes end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.cli.stand_in import is_running, pid_of

from fixtures.deadline import wait_until
from fixtures.processes import MARK, marked_processes

SUPERVISE = """
import asyncio, pathlib, sys
from integration.cli.stand_in import PARENT, STUBBORN, part
from projector_cli.supervisor import Supervisor

async def main(folder):
    async with Supervisor(folder / "logs", warn=print) as supervisor:
        await supervisor.start(part(folder, "worker", PARENT))
        await supervisor.start(part(folder, "gateway", STUBBORN))
        (folder / "ready").touch()
        await supervisor.first_failure()

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""
TESTS = Path(__file__).parents[2]


@pytest.fixture
def mark() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def supervising(tmp_path: Path, mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own, with two parts that a polite request does not end."""
    environment = {**os.environ, MARK: mark, "PYTHONPATH": str(TESTS)}
    process = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(tmp_path)], env=environment)
    wait_until((tmp_path / "ready").exists, seconds=30, what="the stand-ins to start")
    yield process
    process.kill()
    process.wait()


def test_a_killed_supervisor_leaves_no_process(supervising: subprocess.Popen[bytes], tmp_path: Path, mark: str) -> None:
    supervising.send_signal(signal.SIGKILL)
    supervising.wait()

    wait_until(lambda: not marked_processes(mark), seconds=20, what="all processes to end")
    assert not is_running(int((tmp_path / "worker.child").read_text()))


def test_a_killed_guard_is_replaced(supervising: subprocess.Popen[bytes], tmp_path: Path, mark: str) -> None:
    guards = [process.pid for process in marked_processes(mark) if "orphan_guard" in process.command]
    assert len(guards) == 1
    os.kill(guards[0], signal.SIGKILL)
    worker = pid_of(tmp_path, "worker")
    os.kill(worker, signal.SIGKILL)  # its restart is what the supervisor tells the guard next
    wait_until(lambda: pid_of(tmp_path, "worker") != worker, seconds=20, what="a new worker")

    supervising.send_signal(signal.SIGKILL)
    supervising.wait()

    wait_until(lambda: not marked_processes(mark), seconds=20, what="all processes to end")
