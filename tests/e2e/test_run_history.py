"""The past of a run: whoever comes late sees all of it, and anybody can look back while it goes on."""

from __future__ import annotations

import re

from playwright.sync_api import ViewportSize, expect

from e2e.job_traffic import layout_hash
from e2e.opening import OpenProjector
from e2e.projector_page import ProjectorPage
from e2e.timeline import Timeline
from projector_contracts.compute.v1.job_pb2 import JobEvent, JobHistory

LONG_STEPS = 40_000
SMALL_PX: ViewportSize = {"width": 960, "height": 540}
"""Drawn fast, so that a page does not wait for the other."""
EARLY_STEPS = 250
"""Whose losses are left out of the curve."""


def hash_of_frame(page: ProjectorPage, job_id: str, sequence: int) -> str:
    """What the page writes of a kept frame."""
    return layout_hash(JobEvent.FromString(page.fetch(f"/jobs/{job_id}/frames/{sequence}")).frame.layout)


def test_a_late_page_sees_the_run_from_its_start_and_looks_back_while_it_goes_on(open_projector: OpenProjector) -> None:
    first, late = open_projector(), open_projector()
    for page in (first, late):
        page.page.set_viewport_size(SMALL_PX)
    first.open()
    job_id = first.run_tsne(n_dims=2, perplexity=41, n_steps=LONG_STEPS)
    first.wait_for_step(1_500)
    first.wait(lambda: first.address("job") == job_id, what="the job in the address")
    late.open(first.path)
    timeline = Timeline(late)
    late.wait_for_step(1_500)

    expect(timeline.curve).to_be_attached()
    late.wait(lambda: timeline.first_step_of_curve() < 0.02, what="the curve from its start")
    expect(timeline.slider).to_have_attribute("aria-valuetext", re.compile(r"^step [\d,]+ of 40,000, loss \d\.\d+$"))

    timeline.drag_to(0.03)
    late.wait(lambda: EARLY_STEPS < late.shown().step < 1_500, what="a frame of the past")
    late.wait(lambda: (late.address("frame") or "") == str(late.shown().sequence), what="the frame in the address")
    then = late.shown()
    assert then.layout_hash == hash_of_frame(late, job_id, then.sequence)
    n_frames = len(late.traffic.frames(job_id))
    late.wait(lambda: len(late.traffic.frames(job_id)) > n_frames + 5, what="live frames")
    assert late.shown().sequence == then.sequence, "live frames were drawn"

    first.open(late.path)
    first.wait(lambda: first.shown().sequence == then.sequence, what="the frame of the link")
    assert first.shown().layout_hash == then.layout_hash

    timeline.go_live()
    late.wait(lambda: late.shown().step > 1_500, what="the newest frame")
    late.stop()


def test_keys_walk_through_an_ended_run_and_a_replay_shows_it_all(projector_page: ProjectorPage) -> None:
    n_steps = 600
    timeline = Timeline(projector_page)
    projector_page.open()
    job_id = projector_page.run_tsne_to_its_end(n_dims=2, perplexity=42, n_steps=n_steps)
    history = JobHistory.FromString(projector_page.fetch(f"/jobs/{job_id}/history"))
    assert len(history.kept) > 20

    timeline.press("Home")
    projector_page.wait(lambda: projector_page.shown().sequence == 1, what="the first frame")
    expect(timeline.slider).to_have_attribute("aria-valuetext", re.compile("^step 0 of 600"))
    timeline.press("ArrowRight")
    projector_page.wait(lambda: projector_page.shown().sequence > 1, what="the next frame")
    second = projector_page.shown().sequence
    projector_page.wait(lambda: projector_page.address("frame") == str(second), what="the frame in the address")
    projector_page.reload()
    projector_page.wait(lambda: projector_page.shown().sequence == second, what="the frame of the address")
    timeline.press("Home")
    projector_page.by_id("replay").click()
    projector_page.wait(lambda: 0 < projector_page.shown().step < n_steps, what="a replay on its way")
    projector_page.wait(lambda: projector_page.shown().step == n_steps, what="its end")
    expect(projector_page.by_id("go-live")).to_have_attribute("aria-pressed", "true")
    projector_page.wait(lambda: projector_page.address("frame") is None, what="the address of the newest frame")
