"""Browser tests ask for ``base_url``: the page of ``projector serve`` or, with ``--containers``, that of the images."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.opening import open_projector, projector_page
from fixtures.containers import UP_SECONDS, Containers
from fixtures.projector import RunningProjector

__all__ = ["open_projector", "projector_page"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.e2e)
    if config.getoption("containers"):
        for item in ours:
            item.add_marker(pytest.mark.timeout(UP_SECONDS))  # the first one builds the images
        unfit = [item for item in ours if not asks_for_the_page_alone(item)]
        config.hook.pytest_deselected(items=unfit)
        items[:] = [item for item in items if item not in unfit]


def asks_for_the_page_alone(item: pytest.Item) -> bool:
    """Whether a test does not care what serves the page."""
    asked: list[str] = getattr(item, "fixturenames", [])
    return "base_url" in asked and "projector" not in asked


@pytest.fixture
def base_url(request: pytest.FixtureRequest) -> str:
    """Where the page is, without a slash at the end."""
    # Asked for by name, so that only the one that is needed is started.
    serving: RunningProjector | Containers = request.getfixturevalue(
        "containers" if request.config.getoption("containers") else "projector"
    )
    return serving.url
