"""A tab behind others costs nothing, and shows the newest frame as soon as it is seen again."""

from __future__ import annotations

from e2e.projector_page import ProjectorPage

LONG_STEPS = 60_000

# A headless browser has no window that another one could cover: the page is told so in the browser's words.
_HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_hidden_page_gets_no_frames_and_the_newest_when_it_is_shown(projector_page: ProjectorPage) -> None:
    projector_page.open()
    job_id = projector_page.run_tsne(n_dims=2, perplexity=49, n_steps=LONG_STEPS)
    projector_page.wait_for_step(200)

    projector_page.page.evaluate(_HIDE, True)
    wait_for_states(projector_page, job_id, 3)  # what was on its way when the page was hidden still comes
    traffic = projector_page.traffic
    n_frames = len(traffic.frames(job_id))
    wait_for_states(projector_page, job_id, 6)
    assert len(traffic.frames(job_id)) == n_frames

    hidden_step = traffic.of_job(job_id)[-1].states[-1].step
    projector_page.page.evaluate(_HIDE, False)
    projector_page.wait(lambda: projector_page.shown().step >= hidden_step, what="the newest frame")
    projector_page.stop()


def wait_for_states(page: ProjectorPage, job_id: str, count: int) -> None:
    """Wait until so many more states have come."""
    socket = page.traffic.of_job(job_id)[-1]
    wanted = len(socket.states) + count
    page.wait(lambda: len(socket.states) >= wanted, what=f"{count} states")
