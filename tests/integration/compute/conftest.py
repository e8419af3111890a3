"""Real Redis, real gRPC, real workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from integration.compute.array_loader import ArrayLoader, serving_arrays
from integration.compute.job_client import JobClient
from integration.compute.worker_process import WorkerPlace
from numpy.typing import NDArray
from sklearn.datasets import load_digits


@pytest.fixture
def loader() -> Iterator[ArrayLoader]:
    with serving_arrays() as loader:
        yield loader


@pytest.fixture
def client(redis_url: str) -> Iterator[JobClient]:
    client = JobClient(redis_url)
    yield client
    client.close()


@pytest.fixture
def place(redis_url: str, loader: ArrayLoader, tmp_path: Path, pytestconfig: pytest.Config) -> WorkerPlace:
    """Kernels are kept from one test run to the next: compiling them takes half a minute."""
    assert pytestconfig.cache is not None
    return WorkerPlace(redis_url, loader.address, tmp_path, Path(pytestconfig.cache.mkdir("numba")))


@pytest.fixture(scope="session")
def digits() -> NDArray[np.float32]:
    """1,797 handwritten digits, float32 ``(1797, 64)``."""
    return np.asarray(load_digits().data, np.float32)
