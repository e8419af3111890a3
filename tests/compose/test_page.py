"""The browser tests that need nothing but an address, against the containers."""

from __future__ import annotations

from e2e.test_bookmarks import (
    test_an_opened_view_keeps_its_camera_when_the_page_is_reloaded,
)
from e2e.test_demo import (
    test_first_visit_shows_the_demo,
)

__all__ = [
    "test_an_opened_view_keeps_its_camera_when_the_page_is_reloaded",
    "test_first_visit_shows_the_demo",
]
