"""A gateway before a real loader that takes uploads, both listening in this very process."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from integration.gateway.conftest import RunningGateway, serving_gateway
from numpy.typing import NDArray

from projector_gateway.settings import GatewaySettings
from projector_loader.main import LoaderServer, start_server
from projector_loader.settings import LoaderSettings

MAX_FILE_BYTES = 256 * 2**20


@dataclass(frozen=True)
class UploadingLoader:
    """A loader over an empty data root.

    Attributes:
        server: it.
        uploads_root: where it keeps uploads.
    """

    server: LoaderServer
    uploads_root: Path

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def files(self) -> list[str]:
        """All files that it keeps, those of unfinished uploads included."""
        found = (file for file in self.uploads_root.rglob("*") if file.is_file())
        return sorted(file.relative_to(self.uploads_root).as_posix() for file in found)


@pytest.fixture
def uploading_loader(tmp_path: Path) -> Iterator[UploadingLoader]:
    (tmp_path / "data").mkdir()
    settings = LoaderSettings(
        data_root=tmp_path / "data",
        uploads_root=tmp_path / "uploads",
        loader_address="127.0.0.1:0",
        max_upload_bytes=MAX_FILE_BYTES,
        watch_seconds=0.1,
    )
    server = start_server(settings)
    yield UploadingLoader(server, tmp_path / "uploads")
    server.stop(1)


@pytest.fixture
def settings(redis_url: str, uploading_loader: UploadingLoader, tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(
        port=0,
        grpc_address="127.0.0.1:0",
        redis_url=redis_url,
        loader_address=uploading_loader.address,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/projector.sqlite3",
        page_directory=tmp_path / "page",
    )


@pytest.fixture
async def gateway(settings: GatewaySettings) -> AsyncIterator[RunningGateway]:
    async with serving_gateway(settings) as running:
        yield running


@pytest.fixture
async def http(gateway: RunningGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{gateway.url}/api/v1", timeout=60) as client:
        yield client


def npy(values: NDArray[np.float32]) -> bytes:
    """The array as an ``.npy`` file."""
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()
