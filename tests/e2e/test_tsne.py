"""A t-SNE in the browser: it moves while it is computed, is shown as it was computed, and can be come back to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import ViewportSize, expect

from e2e.bookmarks_panel import BookmarksPanel
from e2e.digits import N_DIGITS
from e2e.job_traffic import layout_hash
from e2e.projector_page import ADDRESS_DIGITS, ProjectorPage, Shown
from fixtures.deadline import wait_until
from projector_contracts.compute.v1.job_pb2 import RUNNING, JobEvent, JobState

SLOW_PERPLEXITY = 550
"""With nearly all rows as neighbors a step takes some milliseconds."""
MAX_FRAMES_HZ = 60
SMALL_PX: ViewportSize = {"width": 960, "height": 540}


@dataclass(frozen=True)
class Look:
    """What was on the page at one moment of a t-SNE."""

    shown: Shown
    counter: str


def watch_to_the_end(projector_page: ProjectorPage) -> list[Look]:
    """Look again and again until the t-SNE has ended; one look for each frame that was seen."""
    looks: list[Look] = []

    def has_ended() -> bool:
        shown = projector_page.shown()
        if shown.method == "tsne" and (not looks or shown.sequence != looks[-1].shown.sequence):
            looks.append(Look(shown, projector_page.by_id("step").inner_text()))
        return shown.method == "tsne" and shown.phase == "finished" and shown.step == looks[-1].shown.step

    wait_until(has_ended, seconds=120, what="the end of the t-SNE")
    return looks


def seconds_of_running(states: Sequence[JobState]) -> float:
    """How long a job took its steps."""
    running = [state for state in states if state.phase == RUNNING]
    first, last = running[0].updated_at.ToDatetime(), states[-1].updated_at.ToDatetime()
    return (last - first).total_seconds()


def test_a_tsne_is_shown_live_from_its_first_step_to_its_last(projector_page: ProjectorPage) -> None:
    n_steps = 1_500  # some seconds
    projector_page.open()
    projector_page.choose("Draw points as", "Points")
    projector_page.page.set_viewport_size(SMALL_PX)  # a page that draws slowly is sent fewer frames

    job_id = projector_page.run_tsne(n_dims=2, perplexity=SLOW_PERPLEXITY, n_steps=n_steps)
    looks = watch_to_the_end(projector_page)

    frames = projector_page.traffic.frames(job_id)
    steps = [frame.step for frame in frames]
    # A page that draws more slowly than frames come is sent the newest each time.
    sequences = [frame.sequence for frame in frames]
    assert sequences == sorted(set(sequences)), "frames came twice, or in another order"
    assert sequences[0] == 1
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, n_steps)
    # Steps faster than a screen's frames are not all sent; of slower ones none is missing (tests/unit/compute).
    running_seconds = seconds_of_running(projector_page.traffic.of_job(job_id)[0].states)
    assert len(steps) <= MAX_FRAMES_HZ * running_seconds + 20
    assert {(frame.n_dims, len(frame.layout)) for frame in frames} == {(2, N_DIGITS * 2 * 4)}
    assert len({frame.layout for frame in frames}) == len(frames), "points stood still between frames"

    assert len(looks) > 10
    hashes = {frame.sequence: layout_hash(frame.layout) for frame in frames}
    assert all(look.shown.layout_hash == hashes[look.shown.sequence] for look in looks)
    counters = [int(look.counter.replace(",", "")) for look in looks]
    assert counters == sorted(counters)
    assert counters[-1] == n_steps


def test_points_of_a_tsne_in_three_dimensions_move_on_the_screen(projector_page: ProjectorPage) -> None:
    n_steps = 4_000  # some seconds, so that the first picture is taken long before the last
    projector_page.open()

    job_id = projector_page.run_tsne(n_dims=3, perplexity=28, n_steps=n_steps)
    projector_page.wait_for_step(5)
    early = projector_page.cloud_pixels()
    projector_page.wait_for_end(n_steps)

    assert (np.abs(projector_page.cloud_pixels() - early).max(axis=2) > 30).mean() > 0.02
    expect(projector_page.page.get_by_role("radio", name="3D", exact=True)).to_be_checked()
    frames = projector_page.traffic.frames(job_id)
    assert {frame.n_dims for frame in frames} == {3}
    layout = np.frombuffer(frames[-1].layout, "<f4").reshape(N_DIGITS, 3)
    assert (layout.std(axis=0) > 0).all()
    assert projector_page.shown().layout_hash == layout_hash(frames[-1].layout)


def test_views_of_a_running_and_of_an_ended_tsne_come_back(projector_page: ProjectorPage) -> None:
    bookmarks = BookmarksPanel(projector_page)
    projector_page.open()
    bookmarks.create_collection("Steps of a t-SNE")
    job_id = projector_page.run_tsne(n_dims=2, perplexity=31, n_steps=50_000)
    projector_page.wait_for_step(20)
    saved_id = bookmarks.save("on its way")
    projector_page.stop()
    projector_page.turn()
    ended, camera = projector_page.shown(), projector_page.camera()

    projector_page.reload()

    projector_page.wait_for_step(ended.step)
    again = projector_page.shown()
    assert (again.step, again.sequence, again.layout_hash) == (ended.step, ended.sequence, ended.layout_hash)
    projector_page.wait_for_camera(camera, within=ADDRESS_DIGITS)

    saved = json.loads(projector_page.fetch(f"/bookmarks/{saved_id}"))
    bookmarks.choose_collection("Steps of a t-SNE")
    bookmarks.open("on its way")

    assert 20 <= saved["view"]["step"] < ended.step
    projector_page.wait(lambda: projector_page.shown().step == saved["view"]["step"], what="the saved step")
    kept = JobEvent.FromString(projector_page.fetch(f"/bookmarks/{saved_id}/layout")).frame
    assert projector_page.shown().layout_hash == layout_hash(kept.layout)
    then = projector_page.traffic.frame(job_id, saved["sequence"])
    assert (then.step, then.layout) == (saved["view"]["step"], kept.layout)
