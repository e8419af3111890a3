"""Tests of docker-compose.yml and the images; the browser tests run against them too with ``--containers``."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.containers import UP_SECONDS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.compose)
            item.add_marker(pytest.mark.timeout(UP_SECONDS))  # the first one builds the images
