"""Saved views: they show what was saved, to everybody, and can be walked through and taken away."""

from __future__ import annotations

from e2e.bookmarks_panel import BookmarksPanel
from e2e.projector_page import ProjectorPage


def test_an_opened_view_keeps_its_camera_when_the_page_is_reloaded(projector_page: ProjectorPage) -> None:
    bookmarks = BookmarksPanel(projector_page)
    projector_page.open()
    bookmarks.create_collection("Cameras")
    bookmarks.save("from home")
    home = projector_page.camera()
    projector_page.turn()

    bookmarks.open("from home")
    projector_page.wait_for_camera(home)
    projector_page.wait(lambda: projector_page.address("camera") is None, what="the address to follow")
    projector_page.reload()

    projector_page.wait_for_camera(home)
