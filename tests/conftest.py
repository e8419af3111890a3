"""Fixtures of all tests, one file a concept below ``fixtures/``."""

from __future__ import annotations

import structlog

pytest_plugins = [
    "fixtures.used_servers",
    "fixtures.redis",
    "fixtures.databases",
    "fixtures.projector",
    "fixtures.containers",
    "fixtures.browser",
]


def pytest_configure() -> None:
    """Logs go to pytest as plain lines; structlog's own default draws each traceback for seconds."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
