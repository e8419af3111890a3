"""The page as a person uses it: what can be done and seen, in the words of the product."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from fixtures.deadline import wait_until

SHOWN_SECONDS = 120.0
"""First paint with software WebGL on a busy machine."""


class ProjectorPage:
    """One open page of the projector."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url

    def open(self, path: str = "/") -> None:
        """Open a path and wait until points are drawn."""
        self.page.goto(self.base_url + path)
        self.wait_for_points()

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id).locator("visible=true").first

    def wait_for_points(self, count: int | None = None) -> None:
        """Poll, since the page's content policy forbids predicates given as text."""

        def shown() -> bool:
            drawn: str | None = self.page.evaluate("document.documentElement.dataset.drawnPoints")
            return int(drawn or 0) > 0 if count is None else int(drawn or 0) == count

        wait_until(shown, seconds=SHOWN_SECONDS, what="points on screen")

    def cloud_png(self) -> bytes:
        return self.page.locator(".cloud").screenshot()
