"""The panel of saved views as a person uses it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Response, expect

from e2e.projector_page import ProjectorPage


def is_of_new_collection(response: Response) -> bool:
    return response.ok and response.request.method == "POST" and response.url.endswith("/collections")


def is_of_new_bookmark(response: Response) -> bool:
    return response.ok and response.request.method == "POST" and response.url.endswith("/bookmarks")


class BookmarksPanel:
    """The bookmarks panel of an open page."""

    def __init__(self, projector: ProjectorPage) -> None:
        self._projector = projector
        self._page = projector.page
        self._views = self._page.get_by_role("list", name="Views").get_by_role("listitem")
        self._export = self._page.get_by_role("link", name="Download as a TensorBoard bookmark file")

    def create_collection(self, name: str) -> None:
        """Make a collection of this test's own and open it: all tests share one server."""
        self._page.get_by_role("button", name="Collection", exact=True).click()
        self._page.get_by_role("menuitem", name="New collection…").click()
        dialog = self._page.get_by_role("dialog", name="New collection")
        dialog.get_by_label("Name").fill(name)
        with self._page.expect_response(is_of_new_collection) as answer:
            dialog.get_by_role("button", name="Create").click()
        created: str = answer.value.json()["id"]
        expect(self._export).to_have_attribute("href", re.compile(f"/collections/{created}/export$"))
        expect(self._views).to_have_count(0)

    def choose_collection(self, name: str) -> None:
        """Open the newest collection of that name; where it is the only one, it is open and there is no choice."""
        choice = self._page.get_by_role("combobox", name="Collection")
        expect(choice.or_(self._export)).not_to_have_count(0)
        if choice.count() == 0:
            return
        option = choice.get_by_role("option").filter(has_text=name).last
        choice.select_option(value=option.get_attribute("value"))

    def save(self, name: str) -> str:
        """Save what is shown under a name; the id of the new view."""
        self._page.get_by_label("Name of the view").first.fill(name)
        with self._page.expect_response(is_of_new_bookmark) as answer:
            self._page.get_by_role("button", name="Save view").click()
        expect(self.view(name)).to_be_visible()
        bookmark_id: str = answer.value.json()["id"]
        return bookmark_id

    def names(self) -> list[str]:
        """Of the open collection, in order."""
        return [item.locator('[dir="auto"]').inner_text() for item in self._views.all()]

    def view(self, name: str) -> Locator:
        return self._views.filter(has=self._page.get_by_text(name, exact=True))

    def open(self, name: str) -> None:
        """Open a view and wait until its coordinates are shown."""
        self.view(name).get_by_text(name, exact=True).click()
        self._projector.wait(lambda: self._projector.address("bookmark") is not None, what="the view to be shown")

    def act(self, name: str, action: str) -> None:
        """Choose an action from the menu of a view."""
        self.view(name).get_by_role("button", name=f"Actions on {name}").click()
        self._page.get_by_role("menuitem", name=action).locator("visible=true").click()

    def rename(self, name: str, new_name: str) -> None:
        self.act(name, "Rename")
        field = self._views.get_by_label("Name of the view")
        field.fill(new_name)
        field.press("Enter")

    def link(self, name: str) -> str:
        """The share link that the menu of a view puts into the clipboard."""
        self.act(name, "Copy the link")
        expect(self._page.get_by_text("Link copied")).to_be_attached()
        link: str = self._page.evaluate("navigator.clipboard.readText()")
        return link

    def download(self, path: Path) -> None:
        """Download the open collection as a TensorBoard bookmark file."""
        with self._page.expect_download() as download:
            self._export.click()
        download.value.save_as(path)

    def import_file(self, path: Path) -> None:
        self._page.get_by_label("Bookmark files to import").set_input_files(path)
