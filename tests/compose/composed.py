"""One compose project and the commands about it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from projector_cli.ports import free_port

_ROOT = Path(__file__).parents[2]
_COMMAND_SECONDS = 120


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
