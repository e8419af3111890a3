"""The browser tests of the demo, against the containers."""

from __future__ import annotations

from e2e.test_demo import (
    projector_page,
    test_first_visit_shows_the_demo,
    test_tsne_moves_and_its_bookmark_brings_the_view_back,
)

__all__ = [
    "projector_page",
    "test_first_visit_shows_the_demo",
    "test_tsne_moves_and_its_bookmark_brings_the_view_back",
]
