"""The gateway dies while somebody watches a t-SNE; ``projector serve`` starts it again, and the page goes on."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import expect

from e2e.opening import OpenProjector
from e2e.projector_page import SHOWN_SECONDS
from fixtures.browser import Pages
from fixtures.projector import RunningProjector

CONNECTION_LOST = re.compile("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection to")


def test_the_page_goes_on_where_it_was(
    open_projector: OpenProjector, pages: Pages, projector: RunningProjector
) -> None:
    page = open_projector()
    page.open()
    job_id = page.run_tsne(n_dims=2, perplexity=540, n_steps=5000)
    page.wait_for_step(10)

    killed = projector.pid_of("projector_gateway.main")
    os.kill(killed, signal.SIGKILL)

    page.wait(lambda: page.shown().connection == "reconnecting", what="the page to notice")
    expect(page.by_id("timeline")).to_contain_text("reconnecting…")
    expect(page.by_id("offline")).to_contain_text("The gateway does not answer. Trying again…")
    expect(page.page.get_by_role("alert").locator("visible=true")).to_have_count(0)
    assert page.shown().n_drawn > 0
    lost_at = page.traffic.frames(job_id)[-1].sequence

    page.wait(lambda: page.shown().sequence > lost_at + 20, what="frames again", seconds=SHOWN_SECONDS)
    expect(page.by_id("timeline")).not_to_contain_text("reconnecting…")
    expect(page.page.get_by_test_id("offline")).to_have_count(0)
    expect(page.page.get_by_role("alert").locator("visible=true")).to_have_count(0)
    page.stop()
    assert projector.pid_of("projector_gateway.main") != killed
    assert "gateway ended (killed by SIGKILL); it starts again in 0.5 s" in projector.output.read_text()
    before, *again = [socket for socket in page.traffic.of_job(job_id) if socket.frames]
    assert before.frames[-1].sequence == lost_at
    assert [socket.after for socket in again] == [lost_at]
    sequences = [frame.sequence for frame in page.traffic.frames(job_id)]
    assert sequences == sorted(set(sequences)), "a frame came twice"
    assert again[0].frames[0].sequence == lost_at + 1
    complaints = pages.opened[0].take_complaints()
    assert complaints
    assert all(CONNECTION_LOST.search(complaint) for complaint in complaints), complaints
