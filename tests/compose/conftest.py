"""The projector as containers: built, started, and removed again with everything it wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from compose.composed import Composed
from e2e.opening import open_projector, projector_page

from fixtures.used_servers import note_server

__all__ = ["open_projector", "projector_page"]

_UP_SECONDS = 3600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.compose)
            item.add_marker(pytest.mark.timeout(_UP_SECONDS))  # the first one builds the images


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
