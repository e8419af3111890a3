"""Points by what they say and by what is near them: search, selection, neighbors, isolation."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from e2e import digits
from e2e.projector_page import ProjectorPage
from fixtures.browser import Pages

N_LISTED = 100
ALL_DIGITS = set(range(10))


@pytest.mark.parametrize(
    ("mode", "query", "wanted"),
    [pytest.param("text", "7", {7}, id="text"), pytest.param("regex", "^[13]$", {1, 3}, id="regex")],
)
def test_search_lists_and_marks_its_matches(
    projector_page: ProjectorPage, mode: str, query: str, wanted: set[int]
) -> None:
    page = projector_page.page
    found = digits.rows_of(*wanted)
    projector_page.open()
    projector_page.choose("Draw points as", "Points")
    projector_page.wait(lambda: coloured_digits(projector_page) == ALL_DIGITS, what="the colours of all digits")
    if mode == "regex":
        page.get_by_role("button", name="Regular expression").click()

    projector_page.search(query, column="digit")

    expect(projector_page.by_id("search-count")).to_have_text(f"{len(found)} matches")
    assert projector_page.rows("Matches") == found[:N_LISTED]
    projector_page.wait(lambda: coloured_digits(projector_page) == wanted, what="all others to be dimmed")
    page.get_by_role("button", name="Clear the search").click()
    projector_page.wait(lambda: coloured_digits(projector_page) == ALL_DIGITS, what="all to be as before")


def coloured_digits(projector_page: ProjectorPage) -> set[int]:
    """The digits whose colour of the legend is in the picture, above its tools."""
    legend = projector_page.page.get_by_role("group", name="Legend of digit").get_by_role("button")
    swatches: list[str] = legend.evaluate_all(
        "entries => entries.map(entry => getComputedStyle(entry.querySelector('i')).backgroundColor)"
    )
    picture = projector_page.cloud_pixels()
    picture = picture[: int(len(picture) * 0.85)]
    colours = [np.array([int(part) for part in re.findall(r"\d+", swatch)[:3]]) for swatch in swatches]
    n_pixels = [(np.abs(picture - colour).max(axis=2) < 25).sum() for colour in colours]
    return {digit for digit, count in enumerate(n_pixels) if count > 5}


def test_a_regular_expression_that_cannot_be_read_is_explained(projector_page: ProjectorPage, pages: Pages) -> None:
    projector_page.open()
    projector_page.page.get_by_role("button", name="Regular expression").click()

    projector_page.search("[1", column="digit")

    expect(projector_page.by_id("search-count")).to_contain_text("[1")
    assert projector_page.shown().n_drawn == digits.N_DIGITS
    (refusal,) = pages.opened[0].take_complaints()
    assert "status of 400" in refusal, "a browser reports every answer that is an error"


def test_a_clicked_point_is_selected_and_its_neighbors_are_listed(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()

    row = projector_page.click_a_point()

    expect(projector_page.by_id("status")).to_contain_text("1 selected")
    card = page.get_by_role("region", name="Selected point")
    expect(card).to_contain_text(f"row {row:,}")
    expect(card.get_by_role("definition").first).to_have_text(str(digits.labels()[row]))
    assert_neighbors(projector_page, row, "cosine")
    with page.expect_response(re.compile("/neighbors$")):
        projector_page.choose("Distance", "Euclidean")
    assert_neighbors(projector_page, row, "euclidean")


def assert_neighbors(projector_page: ProjectorPage, row: int, metric: str) -> None:
    """The list has the nearest rows with their distances; equally near ones in any order."""
    wanted = digits.distances(row, metric)
    nearest = np.sort(wanted)[:N_LISTED]
    entries = projector_page.page.get_by_role("list", name="Neighbors, nearest first").get_by_role("button")
    expect(entries).to_have_count(N_LISTED)
    expect(entries.first).to_contain_text(f"{nearest[0]:.3f}")
    rows = projector_page.rows("Neighbors, nearest first")
    assert len(set(rows)) == N_LISTED
    np.testing.assert_allclose(wanted[rows], nearest, rtol=1e-5, atol=1e-6)


def test_isolated_rows_are_projected_alone_until_all_are_shown_again(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    sevens = digits.rows_of(7)
    projector_page.open()
    everything = projector_page.shown()
    projector_page.select_matches("7", column="digit")

    page.get_by_role("button", name="Isolate").click()

    projector_page.wait_for_points(len(sevens))
    projector_page.wait(lambda: projector_page.shown().phase == "finished", what="the PCA of the isolated rows")
    expect(projector_page.by_id("status")).to_contain_text("179 of 1,797 points")
    pca = projector_page.traffic.sockets[-1]
    assert pca.frames[-1].n_points == len(sevens)
    ratio = pca.states[-1].pca.explained_variance_ratio
    np.testing.assert_allclose(ratio, digits.explained_variance_ratio(digits.pixels()[sevens])[: len(ratio)], rtol=1e-4)

    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=15, n_steps=20)
    assert {frame.n_points for frame in projector_page.traffic.frames(job_id)} == {len(sevens)}

    page.get_by_role("button", name="Show all").click()
    projector_page.wait_for_points(digits.N_DIGITS)
    expect(projector_page.by_id("status")).to_contain_text("1,797 points")
    assert projector_page.shown().layout_hash == everything.layout_hash
