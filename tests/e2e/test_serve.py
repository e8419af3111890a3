"""``projector serve`` with all its real parts: nothing is lost, nothing stays behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from fixtures.deadline import wait_until
from fixtures.processes import marked_processes
from fixtures.projector import STOP_SECONDS, running_projector
from projector_cli.home import Home


def ask(url: str, body: dict[str, str] | None = None) -> Any:
    """GET, or POST where there is a body; the parsed answer."""
    content = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data=content, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_ctrl_c_ends_all_processes_and_loses_no_bookmark(demo_root: Path, tmp_path: Path) -> None:
    with running_projector(demo_root, tmp_path) as running:
        embedding_id = ask(f"{running.url}/api/v1/runs")[0]["embeddings"][0]["id"]
        saved = ask(f"{running.url}/api/v1/collections", {"embedding_id": embedding_id, "name": "Kept"})

        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(timeout=STOP_SECONDS) == 0
        assert marked_processes(running.mark) == []

    with running_projector(demo_root, tmp_path) as again:
        assert ask(f"{again.url}/api/v1/collections/{saved['id']}")["name"] == "Kept"


def test_a_killed_supervisor_leaves_no_process(demo_root: Path, tmp_path: Path) -> None:
    with running_projector(demo_root, tmp_path) as running:
        running.process.kill()
        running.process.wait()

        wait_until(lambda: not marked_processes(running.mark), seconds=30, what="all processes to end")


def test_a_part_that_cannot_start_is_named_with_its_reason(demo_root: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    home.database(demo_root).write_bytes(b"this is no database" * 100)

    command = [
        sys.executable,
        "-m",
        "projector_cli.main",
        "serve",
        str(demo_root),
        "--home",
        str(tmp_path),
        "--port",
        "0",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 1
    assert "Error: migrator failed (exit code 1)" in ended.stderr
    assert "file is not a database" in ended.stderr
    assert "Projector ready" not in ended.stdout
