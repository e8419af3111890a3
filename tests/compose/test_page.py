"""The browser tests of the demo, against the containers."""

from __future__ import annotations

from e2e.test_demo import (
    projector_page,
    test_first_visit_shows_the_demo,
)

__all__ = [
    "projector_page",
    "test_first_visit_shows_the_demo",
]
