"""Each contract is asserted on the fake and on the real thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.compute.job_books import InMemoryBook, JobBook, RedisBook
from integration.compute.job_client import JobClient

from fakes.stores import InMemoryStages
from projector_compute.adapters.redis_jobs import RedisJobs, connect
from projector_compute.adapters.stage_files import StageFiles
from projector_compute.ports import StageStore


@pytest.fixture(params=["in memory", "redis"])
def book(request: pytest.FixtureRequest) -> Iterator[JobBook]:
    if request.param == "in memory":
        yield InMemoryBook()
        return
    redis_url = request.getfixturevalue("redis_url")
    client = connect(redis_url)
    book = RedisBook(RedisJobs(client, "here", lease_seconds=15.0, wake=lambda: None), JobClient(redis_url))
    yield book
    book.close()
    client.close()


@pytest.fixture(params=["in memory", "files"])
def stages(request: pytest.FixtureRequest, tmp_path: Path) -> StageStore:
    return InMemoryStages() if request.param == "in memory" else StageFiles(tmp_path / "stages")
