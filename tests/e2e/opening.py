"""Fixtures that open the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.projector_page import ProjectorPage
from fixtures.browser import Pages

OpenProjector = Callable[[], ProjectorPage]


@pytest.fixture
def open_projector(pages: Pages, base_url: str) -> OpenProjector:
    """Makes pages that are still empty, each in a fresh browser profile."""
    return lambda: ProjectorPage(pages.open().page, base_url)


@pytest.fixture
def projector_page(open_projector: OpenProjector) -> ProjectorPage:
    return open_projector()
