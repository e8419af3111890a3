"""Fixtures of all tests, one file a concept below ``fixtures/``."""

from __future__ import annotations

pytest_plugins = ["fixtures.used_servers", "fixtures.redis", "fixtures.projector", "fixtures.browser"]
