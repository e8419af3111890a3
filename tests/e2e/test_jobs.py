"""Jobs of an embedding, as everybody sees them: listed, run again, forked, downloaded, deleted."""

from __future__ import annotations

import io

import numpy as np
from playwright.sync_api import expect

from e2e.digits import N_DIGITS
from e2e.job_traffic import layout_hash
from e2e.jobs_panel import JobsPanel
from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from e2e.timeline import Timeline

N_STEPS = 300
LONG_STEPS = 40_000


def newest_job(page: ProjectorPage, *, but: str) -> str:
    """The job that the page watches now, once it is another one."""
    page.wait(lambda: page.traffic.sockets[-1].job_id != but, what="another job")
    return page.traffic.sockets[-1].job_id


def wait_for_end_of(page: ProjectorPage, job_id: str) -> None:
    """Wait until the last step of this job is shown, not that of the one before it."""

    def is_shown() -> bool:
        frames, shown = page.traffic.frames(job_id), page.shown()
        return shown.phase == "finished" and bool(frames) and shown.layout_hash == layout_hash(frames[-1].layout)

    page.wait(is_shown, what="the end of the new job")


def test_the_list_shows_who_runs_what_and_who_watches(open_projector: OpenProjector) -> None:
    first, second = open_projector(), open_projector()
    first.open()
    second.open()
    job_id = first.run_tsne(n_dims=2, perplexity=44, n_steps=LONG_STEPS)
    mine, theirs = JobsPanel(first).row(job_id), JobsPanel(second).row(job_id)

    expect(theirs).to_contain_text("t-SNE 2-D, perplexity 44")
    expect(theirs).to_contain_text("Guest")
    expect(mine).to_contain_text("You, just now")
    second.wait(lambda: JobsPanel(second).n_colors(job_id) > 20, what="the stamp of a running job")
    JobsPanel(second).open(job_id)
    second.wait_for_step(100)
    assert second.address("job") == job_id
    expect(mine.get_by_test_id("watchers")).to_contain_text("2 watchers")
    second.page.goto("about:blank")
    expect(mine.get_by_test_id("watchers")).to_contain_text("1 watcher", timeout=30_000)
    first.stop()
    expect(mine).to_contain_text("stopped at step")


def test_a_job_is_run_again_with_another_seed(projector_page: ProjectorPage) -> None:
    projector_page.open()
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=45, n_steps=N_STEPS)
    first = projector_page.shown()

    projector_page.by_id("run-again").click()
    again_id = newest_job(projector_page, but=job_id)
    wait_for_end_of(projector_page, again_id)

    first_job, again = projector_page.job(job_id), projector_page.job(again_id)
    assert again["seed"] != first_job["seed"]
    assert again["projection"] == first_job["projection"]
    assert projector_page.shown().layout_hash != first.layout_hash
    expect(JobsPanel(projector_page).row(again_id)).to_contain_text(f"seed {again['seed']}")


def test_a_fork_starts_from_the_shown_step_with_the_parameters_of_the_panel(projector_page: ProjectorPage) -> None:
    projector_page.open()
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=46, n_steps=N_STEPS)
    Timeline(projector_page).drag_to(0.4)
    then = projector_page.shown()
    assert then.step < N_STEPS

    projector_page.page.get_by_label("Perplexity", exact=True).fill("20")
    projector_page.page.get_by_label("Perplexity", exact=True).press("Enter")
    projector_page.by_id("fork").click()
    fork_id = newest_job(projector_page, but=job_id)
    wait_for_end_of(projector_page, fork_id)

    fork = projector_page.job(fork_id)
    assert fork["projection"]["perplexity"] == 20
    assert fork["forked_from"] == {"job_id": job_id, "sequence": then.sequence, "step": then.step}
    lineage = projector_page.by_id("lineage")
    expect(lineage).to_contain_text(f"from step {then.step:,} of t-SNE 2-D, perplexity 46")
    lineage.get_by_role("button").click()
    projector_page.wait(lambda: projector_page.address("job") == job_id, what="the job that it came from")


def test_a_layout_is_downloaded(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.run_tsne_to_its_end(n_dims=2, perplexity=46, n_steps=N_STEPS)

    contents: dict[str, bytes] = {}
    for name in ("tsv", "csv", "npy", "parquet"):
        projector_page.by_id("download").click()
        with projector_page.page.expect_download() as started:
            projector_page.by_id(f"download-{name}").click()
        assert started.value.suggested_filename.endswith(f".{name}")
        contents[name] = started.value.path().read_bytes()

    layout = np.load(io.BytesIO(contents["npy"]))
    assert (layout.shape, layout.dtype) == ((N_DIGITS, 2), np.float32)
    assert contents["parquet"].startswith(b"PAR1")
    assert contents["tsv"].count(b"\n") == contents["csv"].count(b"\n") >= N_DIGITS

    Timeline(projector_page).drag_to(0.4)
    step = projector_page.shown().step
    assert step < N_STEPS
    projector_page.by_id("download").click()
    with projector_page.page.expect_download() as started:
        projector_page.by_id("download-npy").click()
    assert started.value.suggested_filename.endswith(f"-step-{step}.npy")


def test_a_deleted_job_is_gone_for_everybody(open_projector: OpenProjector) -> None:
    first, second = open_projector(), open_projector()
    first.open()
    job_id = first.run_tsne_to_its_end(n_dims=2, perplexity=47, n_steps=N_STEPS)
    second.open()
    expect(JobsPanel(second).row(job_id)).to_be_visible()

    first.by_id("delete-job").click()
    first.page.get_by_role("button", name="Cancel").click()
    expect(JobsPanel(first).row(job_id)).to_be_visible()
    first.by_id("delete-job").click()
    first.page.get_by_role("button", name="Delete the job").click()

    expect(JobsPanel(first).row(job_id)).to_have_count(0)
    expect(JobsPanel(second).row(job_id)).to_have_count(0)
    first.wait(lambda: first.shown().method == "pca", what="PCA in its place")
    assert first.page.request.get(f"{first.base_url}/api/v1/jobs/{job_id}").status == 404
