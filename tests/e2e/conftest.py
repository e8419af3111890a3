"""Browser tests ask for ``base_url``; the tests of the images run them again against their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.opening import open_projector, projector_page
from fixtures.projector import RunningProjector

__all__ = ["open_projector", "projector_page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture
def base_url(projector: RunningProjector) -> str:
    """Where the page is, without a slash at the end."""
    return projector.url
