"""The keys that the help sheet promises."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.bookmarks_panel import BookmarksPanel
from e2e.digits import rows_of
from e2e.projector_page import ProjectorPage


def test_slash_searches_and_escape_clears_and_leaves(projector_page: ProjectorPage) -> None:
    page, keyboard = projector_page.page, projector_page.page.keyboard
    field = page.get_by_label("Search the metadata")
    status = projector_page.by_id("status")
    projector_page.open()

    keyboard.press("/")
    expect(field).to_be_focused()
    keyboard.type("7")
    expect(projector_page.by_id("search-count")).to_have_text("179 matches")
    keyboard.press("Enter")
    expect(status).to_contain_text("179 selected")
    assert projector_page.rows("Matches")[0] == rows_of(7)[0]

    keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    keyboard.press("Escape")
    expect(field).not_to_be_focused()
    expect(status).to_contain_text("179 selected")
    keyboard.press("Escape")
    expect(status).not_to_contain_text("selected")


def test_b_saves_the_view_and_brackets_walk_through_them(projector_page: ProjectorPage) -> None:
    bookmarks = BookmarksPanel(projector_page)
    projector_page.open()
    bookmarks.create_collection("Keys")
    home = projector_page.camera()

    projector_page.cloud.press("b")
    projector_page.wait(lambda: bookmarks.names() == ["PCA"], what="the first view")
    projector_page.turn()
    turned = projector_page.camera()
    projector_page.cloud.press("b")
    projector_page.wait(lambda: bookmarks.names() == ["PCA", "PCA"], what="the second view")

    projector_page.cloud.press("[")
    projector_page.wait_for_camera(home)
    projector_page.cloud.press("]")
    projector_page.wait_for_camera(turned)
    projector_page.cloud.press("0")
    projector_page.wait_for_camera(home)


def test_digits_choose_projections_and_space_pauses(projector_page: ProjectorPage) -> None:
    page, cloud = projector_page.page, projector_page.cloud
    projector_page.open()

    cloud.press("2")
    expect(page.get_by_role("tab", name="t-SNE")).to_have_attribute("aria-selected", "true")
    projector_page.run_tsne(n_dims=2, perplexity=32, n_steps=2000)
    projector_page.wait_for_step(5)
    cloud.press(" ")
    projector_page.wait_for_phase("paused")
    paused_at = projector_page.shown().step
    cloud.press("1")
    expect(page.get_by_role("tab", name="PCA")).to_have_attribute("aria-selected", "true")
    projector_page.wait(lambda: projector_page.shown().method == "pca", what="the PCA")
    cloud.press("2")
    projector_page.wait(lambda: projector_page.shown().method == "tsne", what="the t-SNE as it was")
    cloud.press(" ")
    projector_page.wait_for_step(paused_at + 5)
    projector_page.stop()


def test_question_mark_opens_the_sheet_of_keys(projector_page: ProjectorPage) -> None:
    sheet = projector_page.page.get_by_role("dialog", name="Keyboard and mouse")
    projector_page.open()

    projector_page.cloud.press("?")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("term").filter(has_text=re.compile("^Space$"))).to_be_visible()
    projector_page.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    projector_page.cloud.press("?")
    expect(sheet).to_be_visible()
