"""The projector as containers: built, started, and removed again with everything it wrote."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fixtures.used_servers import note_server
from projector_cli.ports import free_port

_ROOT = Path(__file__).parents[2]
_UP_SECONDS = 3600
_COMMAND_SECONDS = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.compose)
            item.add_marker(pytest.mark.timeout(_UP_SECONDS))  # the first one builds the images


@dataclass(frozen=True)
class Composed:
    """One compose project of the test's own, so that a person's stays untouched."""

    name: str
    port: int = field(default_factory=free_port)
    grpc_port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, seconds: float = _COMMAND_SECONDS) -> str:
        """Run ``docker compose`` and return what it printed.

        Raises:
            AssertionError: it failed; the message has its output.
        """
        settings = {"PORT": str(self.port), "GRPC_PORT": str(self.grpc_port), "LOGDIR": "demo"}
        done = subprocess.run(
            ["docker", "compose", "--project-name", self.name, "--progress", "plain", *arguments],
            cwd=_ROOT,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"docker compose {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="session")
def composed(request: pytest.FixtureRequest) -> Iterator[Composed]:
    """The whole project, healthy."""
    project = Composed(name=f"projector-test-{os.getpid()}")
    try:
        project.run("up", "--detach", "--build", "--wait", seconds=_UP_SECONDS)
        note_server(request.config, f"Containers: {', '.join(project.run('ps', '--services').split())}")
        yield project
        if request.session.testsfailed:
            note_server(request.config, project.run("logs", "--tail", "40"))
    finally:
        project.run("down", "--volumes", "--timeout", "20")


@pytest.fixture
def base_url(composed: Composed) -> str:
    """Where the page is; the browser tests ask for it."""
    return composed.url
