"""Several people on one embedding: who is here, who did what, and what they show each other."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage

LONG_STEPS = 60_000


def name(page: ProjectorPage, text: str) -> None:
    """Give somebody a name in the bar."""
    page.by_id("people").click()
    field = page.by_id("my-name")
    field.fill(text)
    with page.page.expect_response(lambda response: response.url.endswith("/session")):
        field.press("Enter")
    page.page.keyboard.press("Escape")


def test_whoever_steers_is_told_to_all_and_can_be_undone(open_projector: OpenProjector) -> None:
    ada, grace = open_projector(), open_projector()
    ada.open()
    name(ada, "Ada")
    ada.run_tsne(n_dims=2, perplexity=48, n_steps=LONG_STEPS)
    ada.wait_for_step(300)
    ada.wait(lambda: ada.address("job") is not None, what="the job in the address")
    grace.open(ada.path)
    grace.wait_for_step(300)
    history = grace.page.get_by_role("list", name="Who did what")

    ada.page.get_by_label("Exaggeration now").fill("4")
    ada.page.get_by_label("Exaggeration now").press("Enter")

    line = grace.by_id("steered")
    expect(line).to_contain_text("Ada: exaggeration 4 at step")
    expect(history.get_by_role("listitem").first).to_contain_text("Ada: exaggeration 4 at step")
    expect(history.get_by_role("listitem").first).to_contain_text("just now")
    expect(ada.page.get_by_role("list", name="Who did what")).to_contain_text("You: exaggeration 4")
    line.get_by_role("button", name="Undo").click()
    expect(history.get_by_role("listitem").first).to_contain_text("You: exaggeration 1 at step")

    ada.cloud.press(" ")
    grace.wait_for_phase("paused")
    expect(history.get_by_role("listitem").first).to_contain_text("Ada: paused")
    grace.by_id("steered").get_by_role("button", name="Resume").click()
    ada.wait_for_phase("running")
    grace.stop()
    expect(history.get_by_role("listitem").first).to_contain_text("You: stopped")


def test_people_see_each_other_and_what_they_share(open_projector: OpenProjector) -> None:
    ada, grace = open_projector(), open_projector()
    ada.open()
    name(ada, "Ada")
    grace.open()
    name(grace, "Grace")
    expect(ada.by_id("people")).to_have_accessible_name("1 other here")
    ada.by_id("people").click()
    expect(ada.by_id("people-list")).to_contain_text("Grace")
    ada.page.keyboard.press("Escape")

    row = grace.click_a_point()
    assert not ada.by_id("adopt").count(), "a selection was told that nobody shared"
    alone = ada.cloud_pixels()
    grace.by_id("people").click()
    grace.page.get_by_label("Share my pointer and selection").check()
    grace.page.keyboard.press("Escape")
    grace.click_a_point()

    ada.wait(lambda: bool((np.abs(ada.cloud_pixels() - alone).max(axis=2) > 40).sum() > 60), what="Grace's pointer")
    ada.by_id("people").click()
    ada.by_id("adopt").click()
    expect(ada.by_id("status")).to_contain_text("1 selected")
    assert ada.address("selected") in {None, str(row)}
    ada.wait(lambda: ada.address("selected") == str(row), what="her selection")

    grace.page.goto("about:blank")
    expect(ada.by_id("people")).to_have_accessible_name("Nobody else is here")
