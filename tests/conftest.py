"""Fixtures of all tests, one file a concept below ``fixtures/``."""

from __future__ import annotations

import os

import pytest
import structlog

pytest_plugins = [
    "fixtures.used_servers",
    "fixtures.redis",
    "fixtures.databases",
    "fixtures.projector",
    "fixtures.containers",
    "fixtures.browser",
    "fixtures.threads",
]


def pytest_configure(config: pytest.Config) -> None:
    """Kernels are kept from one test run to the next, here and in workers: compiling them takes half a minute.

    Logs go to pytest as plain lines; structlog's own default draws each traceback for seconds.
    """
    assert config.cache is not None
    os.environ["NUMBA_CACHE_DIR"] = str(config.cache.mkdir("numba"))
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
