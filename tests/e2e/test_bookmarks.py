"""Saved views: they show what was saved, to everybody, and can be walked through and taken away."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import expect

from e2e.bookmarks_panel import BookmarksPanel
from e2e.job_traffic import layout_hash
from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from fixtures.deadline import wait_until
from projector_contracts.compute.v1.job_pb2 import JobEvent

N_SEVENS = 179
SHORT_MS = 100
"""A flight takes at least 600 ms."""


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


def test_a_link_shows_the_same_bits_in_another_profile(open_projector: OpenProjector) -> None:
    sender, receiver = open_projector(), open_projector()
    bookmarks = BookmarksPanel(sender)
    sender.open()
    bookmarks.create_collection("To be shared")
    sender.page.get_by_label("Label by").select_option("ink")
    sender.page.get_by_label("Colour by").select_option("ink")
    sender.select_matches("7", column="digit")
    job_id = sender.run_tsne_to_its_end(n_dims=2, perplexity=27, n_steps=40)
    sender.turn()
    bookmark_id = bookmarks.save("sevens")
    link = bookmarks.link("sevens")

    receiver.open_link(link)

    saved = JobEvent.FromString(receiver.fetch(f"/bookmarks/{bookmark_id}/layout")).frame
    assert saved.layout == sender.traffic.frame(job_id, sender.shown().sequence).layout
    assert receiver.shown().layout_hash == sender.shown().layout_hash == layout_hash(saved.layout)
    receiver.wait_for_camera(sender.camera())
    for page in (sender.page, receiver.page):
        expect(page.get_by_label("Label by")).to_have_value("ink")
        expect(page.get_by_label("Colour by")).to_have_value("ink")
        expect(page.get_by_test_id("status")).to_contain_text(f"{N_SEVENS} selected")
    assert receiver.rows("Selected points") == sender.rows("Selected points")
    bookmarks.open("sevens")
    sender.wait_for_camera(receiver.camera())
    differs = (sender.cloud_pixels() != receiver.cloud_pixels()).any(axis=2).mean()
    assert differs < 0.02, f"{differs:.1%} of the picture differ, more than labels that found another place"


def test_names_and_order_of_views_are_kept_for_everybody(open_projector: OpenProjector) -> None:
    author, reader = open_projector(), open_projector()
    written, read = BookmarksPanel(author), BookmarksPanel(reader)
    author.open()
    written.create_collection("A story")
    for name in ("first", "second", "third"):
        written.save(name)

    written.rename("second", "middle")
    written.act("first", "Move down")

    author.wait(lambda: written.names() == ["middle", "first", "third"], what="the new order")
    reader.open()
    read.choose_collection("A story")
    reader.wait(lambda: read.names() == ["middle", "first", "third"], what="the same order in another profile")


def test_next_and_previous_fly_from_view_to_view(projector_page: ProjectorPage) -> None:
    bookmarks = BookmarksPanel(projector_page)
    clock = projector_page.page.clock
    clock.install()
    projector_page.open()
    bookmarks.create_collection("A walk")
    bookmarks.save("from home")
    home, home_pixels = projector_page.camera(), projector_page.cloud_pixels()
    projector_page.turn()
    bookmarks.save("from the side")
    side, side_pixels = projector_page.camera(), projector_page.cloud_pixels()

    clock.pause_at(projector_page.page.evaluate("Date.now() / 1000 + 1"))
    projector_page.by_id("bookmark-previous").click()
    on_its_way = side_pixels

    def has_left() -> bool:
        nonlocal on_its_way
        clock.run_for(SHORT_MS)
        on_its_way = projector_page.cloud_pixels()
        return differ(on_its_way, side_pixels)

    wait_until(has_left, seconds=60, what="the camera to leave")
    assert differ(on_its_way, home_pixels), "the camera jumped"
    clock.resume()
    projector_page.wait_for_camera(home)
    projector_page.wait(lambda: not differ(projector_page.cloud_pixels(), home_pixels), what="the picture from home")
    projector_page.by_id("bookmark-next").click()
    projector_page.wait_for_camera(side)
    projector_page.cloud.press("[")
    projector_page.wait_for_camera(home)


def differ(pixels: NDArray[np.int16], others: NDArray[np.int16]) -> bool:
    """Whether two pictures differ by more than labels that found another place."""
    return bool((pixels != others).any(axis=2).mean() > 0.05)


def test_a_collection_is_a_tensorboard_file_that_another_profile_can_open(
    open_projector: OpenProjector, tmp_path: Path
) -> None:
    sender, receiver = open_projector(), open_projector()
    written, read = BookmarksPanel(sender), BookmarksPanel(receiver)
    sender.open()
    written.create_collection("To take away")
    written.save("components")
    pca = sender.shown()
    job_id = sender.run_tsne_to_its_end(n_dims=2, perplexity=26, n_steps=20)
    written.save("neighbors")
    tsne = sender.shown()

    written.download(tmp_path / "views.txt")
    receiver.open()
    read.import_file(tmp_path / "views.txt")

    states = json.loads((tmp_path / "views.txt").read_text())
    assert [state["label"] for state in states] == ["components", "neighbors"]
    layout = np.array([[point["tsne-0"], point["tsne-1"]] for point in states[1]["projections"]], "<f4")
    assert layout.tobytes() == sender.traffic.frame(job_id, tsne.sequence).layout
    assert {f"pca-{component}" for component in range(10)} <= states[0]["projections"][0].keys()
    receiver.wait(lambda: read.names() == ["components", "neighbors"], what="the imported views")
    read.open("neighbors")
    receiver.wait(lambda: receiver.shown().layout_hash == tsne.layout_hash, what="the coordinates of the t-SNE")
    read.open("components")
    receiver.wait(lambda: receiver.shown().layout_hash == pca.layout_hash, what="the coordinates of the PCA")
