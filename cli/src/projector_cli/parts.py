"""The parts of a projector on one machine: their commands, environments and signs of readiness."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from projector_cli import probes
from projector_cli.home import Home
from projector_cli.part import Part
from projector_cli.ports import is_loopback, is_wildcard, reachable_host
from projector_contracts import names

LOADER_STAGE, WORKER_STAGE, GATEWAY_STAGE = 1, 2, 3


@dataclass(frozen=True)
class Layout:
    """Where everything of one projector is.

    Attributes:
        data_root: folder with the user's log directories.
        host: address that the page is served at.
        port: its port.
        grpc_address: ``host:port`` of the public gRPC face.
        loader_address: ``host:port`` of the loader, on loopback.
        redis_url: with its password.
        allowed_hosts: further host names that a browser may use for the page.
        takes_uploads: whether people may upload embeddings.
        inherited: the environment that the parts start from.
    """

    home: Home
    data_root: Path
    host: str
    port: int
    grpc_address: str
    loader_address: str
    redis_url: str
    allowed_hosts: tuple[str, ...]
    takes_uploads: bool
    inherited: Mapping[str, str]

    @property
    def page_url(self) -> str:
        return f"http://{reachable_host(self.host)}:{self.port}"


def allowed_hosts(host: str, further: Sequence[str]) -> tuple[str, ...]:
    """Host names for the page beside the loopback ones: those given, and the machine's own where others may connect."""
    if is_loopback(host):
        return tuple(further)
    own = [socket.gethostname()] if is_wildcard(host) else [host]
    return tuple(dict.fromkeys([*own, *further]))


def loader(layout: Layout) -> Part:
    return Part(
        name="loader",
        command=_python("projector_loader.main"),
        environment=_environment(
            layout,
            DATA_ROOT=str(layout.data_root),
            LOADER_ADDRESS=layout.loader_address,
            UPLOADS_ROOT=str(layout.home.uploads(layout.data_root)) if layout.takes_uploads else "",
            CACHE_DIR=str(layout.home.cache),
        ),
        is_ready=probes.grpc_serves(layout.loader_address),
        stage=LOADER_STAGE,
    )


def worker(layout: Layout, role: str, *, n_threads: int) -> Part:
    """A worker of one role, ``batch`` or ``interactive``."""
    machine = socket.gethostname()
    return Part(
        name=f"{role} worker",
        command=_python("projector_compute.worker", role),
        environment={
            **_environment(
                layout,
                REDIS_URL=layout.redis_url,
                LOADER_ADDRESS=layout.loader_address,
                CACHE_DIR=str(layout.home.cache),
                MACHINE=machine,
                N_THREADS=str(n_threads),
            ),
            "NUMBA_CACHE_DIR": layout.inherited.get("NUMBA_CACHE_DIR", str(layout.home.compiled)),
        },
        is_ready=probes.redis_key_exists(layout.redis_url, names.worker_key(role, machine)),
        stage=WORKER_STAGE,
        start_seconds=300,  # the first start compiles
        stop_seconds=8,
    )


def gateway(layout: Layout) -> Part:
    return Part(
        name="gateway",
        command=_python("projector_gateway.main"),
        environment=_environment(
            layout,
            HOST=layout.host,
            PORT=str(layout.port),
            GRPC_ADDRESS=layout.grpc_address,
            REDIS_URL=layout.redis_url,
            LOADER_ADDRESS=layout.loader_address,
            DATABASE_URL=_database_url(layout),
            ALLOWED_HOSTS=json.dumps(layout.allowed_hosts),
        ),
        is_ready=probes.http_pages_open(reachable_host(layout.host), layout.port, "/health/ready", "/", "/api/v1/runs"),
        stage=GATEWAY_STAGE,
    )


def migrator(layout: Layout) -> Part:
    """Brings the database to the gateway's schema; ends by itself."""
    return _one_shot(
        "migrator", "projector_gateway.migrate", environment=_environment(layout, DATABASE_URL=_database_url(layout))
    )


def demo_writer(folder: Path, environment: Mapping[str, str]) -> Part:
    """Writes the demo log directory where it is not yet; ends by itself."""
    return _one_shot("demo", "projector_loader.demo", str(folder), environment=environment)


def n_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_shot(name: str, module: str, *arguments: str, environment: Mapping[str, str]) -> Part:
    return Part(
        name=name, command=_python(module, *arguments), environment=environment, is_ready=_never, stage=GATEWAY_STAGE
    )


async def _never() -> bool:
    return False


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _environment(layout: Layout, **settings: str) -> dict[str, str]:
    return {**layout.inherited, **{f"PROJECTOR_{name}": value for name, value in settings.items()}}


def _database_url(layout: Layout) -> str:
    return f"sqlite+aiosqlite:///{layout.home.database(layout.data_root)}"
