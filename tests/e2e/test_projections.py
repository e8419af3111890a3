"""Projections beside PCA, preprocessing, steering, neighbor spaces and quality, as a person uses them."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import expect

from e2e.digits import N_DIGITS, labels, pixels
from e2e.jobs_panel import JobsPanel
from e2e.projector_page import ProjectorPage
from projector_contracts.compute.v1.job_pb2 import Frame, JobEvent


def newest_layout(page: ProjectorPage, job_id: str) -> NDArray[np.float64]:
    frame: Frame = page.traffic.frames(job_id)[-1]
    return np.frombuffer(frame.layout, "<f4").reshape(frame.n_points, frame.n_dims).astype(np.float64)


def test_umap_is_shown_epoch_by_epoch(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.choose_method("UMAP")
    projector_page.choose("Dimensions of the layout", "2-D")
    projector_page.page.get_by_text("More", exact=True).click()
    projector_page.page.get_by_label("Epochs", exact=True).fill("150")
    job_id = projector_page.run("UMAP")
    projector_page.wait_for_end(150)

    assert projector_page.shown().method == "umap"
    expect(projector_page.by_id("timeline")).to_contain_text("Epoch")
    layout = newest_layout(projector_page, job_id)
    assert layout.shape == (N_DIGITS, 2)
    # Digits are nearer to their own kind: the nearest point of most is the same digit.
    nearest = np.linalg.norm(layout[:300, np.newaxis] - layout, axis=2)
    nearest[np.arange(300), np.arange(300)] = np.inf
    assert (labels()[nearest.argmin(axis=1)] == labels()[:300]).mean() > 0.9


def test_custom_axes_lead_from_one_digit_to_another(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.choose_method("Custom")
    expect(projector_page.page.get_by_role("button", name="Run Custom")).to_be_disabled()
    for side, text in (("Left", "0"), ("Right", "1"), ("Down", "/^2$/"), ("Up", "3")):
        field = projector_page.page.get_by_label(side, exact=True)
        field.fill(text)
        field.press("Tab")
    job_id = projector_page.run("Custom")
    projector_page.wait(lambda: projector_page.shown().method == "custom", what="the custom projection")

    centroids = [pixels()[labels() == digit].mean(axis=0) for digit in range(4)]
    axes = np.stack([centroids[1] - centroids[0], centroids[3] - centroids[2]], axis=1)
    expected = pixels() @ (axes / np.linalg.norm(axes, axis=0))
    np.testing.assert_allclose(newest_layout(projector_page, job_id), expected, atol=1e-3)
    counts = [(axis["n_from"], axis["n_to"]) for axis in projector_page.job(job_id)["axes"]]
    assert counts == [tuple(int((labels() == digit).sum()) for digit in pair) for pair in ((0, 1), (2, 3))]
    expect(projector_page.page.get_by_text(f"{counts[0][0]} rows").first).to_be_visible()


def test_raw_dimensions_of_z_scored_rows(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.choose_method("Raw")
    for axis, dim in (("X", 20), ("Y", 43)):
        field = projector_page.page.get_by_label(f"{axis}, dimension")
        field.fill(str(dim))
        field.press("Tab")
    projector_page.page.get_by_label("Preprocess").select_option("z_score")
    job_id = projector_page.run("Raw")
    projector_page.wait(lambda: projector_page.shown().method == "raw", what="the raw dimensions")

    chosen = pixels()[:, [20, 43]]
    expected = (chosen - chosen.mean(axis=0)) / chosen.std(axis=0)
    np.testing.assert_allclose(newest_layout(projector_page, job_id), expected, atol=1e-4)
    assert projector_page.job(job_id)["preprocessing"] == "z_score"


def test_a_running_tsne_is_steered_and_tells_what_was_done(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    job_id = projector_page.run_tsne(n_dims=2, perplexity=33, n_steps=50_000)
    projector_page.wait_for_step(20)
    page.get_by_test_id("perturb").click()
    field = page.get_by_label("Exaggeration now (\N{MULTIPLICATION SIGN})")
    field.press_sequentially("4.5", delay=150)  # while the run changes many times a second
    field.press("Tab")
    history = page.get_by_test_id("control-history")
    expect(history).to_contain_text("exaggeration 4.5", timeout=30_000)
    expect(history).to_contain_text("perturbed")
    projector_page.stop()

    controls = [control["action"] for control in projector_page.job(job_id)["controls"]]
    assert controls == ["perturb", "set_exaggeration", "stop"]
    expect(history).to_contain_text("exaggeration 4")


def test_a_supervised_tsne_draws_digits_together(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    projector_page.choose_method("t-SNE")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Supervise", exact=True).select_option("digit")
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=30, n_steps=600)
    asked = projector_page.job(job_id)["projection"]["supervision"]
    assert (asked["column"], asked["weight"]) == ("digit", 0.5)
    layout = newest_layout(projector_page, job_id)
    middles = np.stack([np.median(layout[labels() == digit], axis=0) for digit in range(10)])
    nearest = np.linalg.norm(layout[:, np.newaxis] - middles, axis=2).argmin(axis=1)
    assert (nearest == labels()).mean() > 0.95


def test_a_tsne_takes_several_perplexities_and_tells_them(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    projector_page.choose_method("t-SNE")
    page.get_by_text("More", exact=True).click()
    further = page.get_by_label("Further perplexities")
    further.fill("50, many")
    further.press("Tab")
    expect(page.get_by_role("alert").get_by_text("many")).to_be_visible()
    expect(page.get_by_role("button", name="Run t-SNE")).to_be_disabled()
    further.fill("50, 200")
    further.press("Tab")
    job_id = projector_page.run_tsne(n_dims=2, perplexity=10, n_steps=50)

    assert projector_page.job(job_id)["projection"]["perplexity"] == [10, 50, 200]
    expect(JobsPanel(projector_page).row(job_id)).to_contain_text("perplexity 10, 50 and 200")
    projector_page.reload()
    expect(further).to_have_value("50, 200")


def test_a_tsne_starts_from_what_is_on_screen(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    pca_id = projector_page.traffic.sockets[-1].job_id
    projector_page.wait_for_phase("finished")
    shown = newest_layout(projector_page, pca_id)
    projector_page.choose_method("t-SNE")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Start", exact=True).select_option("Shown layout")
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=26, n_steps=40)

    job = projector_page.job(job_id)["projection"]
    assert (job["initialisation"], job["initial_layout"]) == ("given", None)
    first = JobEvent.FromString(projector_page.fetch(f"/jobs/{job_id}/frames/1")).frame
    assert first.step == 0
    start = np.frombuffer(first.layout, "<f4").reshape(N_DIGITS, 2)
    np.testing.assert_allclose(start / start[:, 0].std(), shown[:, :2] / shown[:, 0].std(), atol=1e-4)
    # The picture is flat now: a layout in three dimensions cannot start from it.
    projector_page.choose("Dimensions of the layout", "3-D")
    expect(page.get_by_text("choose 2-D, or another start").first).to_be_visible()
    expect(page.get_by_role("button", name="Run t-SNE")).to_be_disabled()


def test_neighbors_in_the_picture_are_those_of_its_coordinates(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=29, n_steps=300)
    row = projector_page.click_a_point()
    with page.expect_response(re.compile("/neighbors$")) as told:
        page.get_by_label("Space", exact=True).select_option("layout")
    assert told.value.ok
    layout = newest_layout(projector_page, job_id)
    distances = np.linalg.norm(layout - layout[row], axis=1)
    distances[row] = np.inf
    nearest = np.argsort(distances, kind="stable")[:5].tolist()
    projector_page.wait(
        lambda: projector_page.rows("Neighbors, nearest first")[:5] == nearest, what="the neighbors in the picture"
    )


def test_the_quality_of_a_picture_is_told(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    projector_page.run_tsne_to_its_end(n_dims=2, perplexity=27, n_steps=400)
    page.get_by_test_id("quality").get_by_text("Quality", exact=True).click()
    page.get_by_test_id("measure-quality").click()
    figures = page.get_by_test_id("quality").locator("dd")
    expect(figures).to_have_count(4, timeout=60_000)
    trustworthiness = float(figures.first.inner_text())
    assert 0.95 < trustworthiness <= 1.0

    page.get_by_test_id("color-by-preservation").click()
    legend = page.get_by_role("group", name=re.compile("^Legend of Neighbors kept at step 400$"))
    expect(legend).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("color-by")).to_have_value(re.compile("preservation"))
    page.get_by_test_id("color-by").select_option("digit")
    expect(page.get_by_role("group", name="Legend of digit")).to_be_visible()


def test_keys_choose_the_projection(projector_page: ProjectorPage) -> None:
    projector_page.open()
    for key, name in (("3", "UMAP"), ("4", "Custom"), ("5", "Raw"), ("2", "t-SNE"), ("1", "PCA")):
        projector_page.cloud.press(key)
        expect(projector_page.page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
