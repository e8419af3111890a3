"""What a worker can be told through the environment, with the prefix ``PROJECTOR_``."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from pydantic import Field

from projector_chassis.settings import ServiceSettings
from projector_contracts.names import SLICE_SECONDS


def _usable_cores() -> int:
    """Cores this process may run on: fewer than the machine has, in a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(ServiceSettings):
    """Settings of a batch or an interactive worker."""

    redis_url: str = "redis://127.0.0.1:6379/0"
    loader_address: str = "127.0.0.1:50051"
    cache_dir: Path = Path(tempfile.gettempdir()) / "projector-cache"
    ready_path: Path | None = Field(None, description="touched every 5 seconds while the worker is ready")
    machine: str = Field(default_factory=socket.gethostname, pattern=r"^[A-Za-z0-9._-]+$")
    n_threads: int = Field(default_factory=_usable_cores, ge=1)
    embedding_cache_bytes: int = Field(8 * 2**30, ge=2**20, description="embeddings kept below cache_dir")
    slice_seconds: float = Field(SLICE_SECONDS, gt=0, description="work on one job before it is another one's turn")
    lease_seconds: float = Field(5.0, ge=1, description="a slice whose worker is silent for so long may be taken over")
    visibility_seconds: int = Field(
        60, ge=10, description="the broker delivers an unacknowledged task again after this"
    )
    loader_patience_seconds: float = Field(
        120.0, ge=0, description="a loader that does not answer is asked again so long"
    )
