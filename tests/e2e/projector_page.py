"""The page as a person uses it: what can be done and seen, in the words of the product."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from e2e.job_traffic import JobTraffic
from fixtures.deadline import wait_until

SHOWN_SECONDS = 120.0
"""First paint with software WebGL on a busy machine."""
ANSWER_SECONDS = 30.0
"""Something that takes a moment on an idle machine."""


@dataclass(frozen=True)
class Shown:
    """What the page says that it shows, all of one moment.

    Attributes:
        camera: the camera at rest, as exact as the page holds it.
        layout_hash: of all coordinates, see ``layout_hash`` in job_traffic.py.
    """

    method: str
    n_points: int
    n_drawn: int
    sequence: int
    step: int
    phase: str
    connection: str
    bookmark: str
    layout_hash: str
    camera: str


class ProjectorPage:
    """One open page of the projector."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.base_url = base_url
        self.traffic = JobTraffic(page)

    def open(self, path: str = "/") -> None:
        """Open a path and wait until points are drawn."""
        self.page.goto(self.base_url + path)
        self.wait_for_points()

    def reload(self) -> None:
        """Load the page again at the address it has now."""
        self.page.reload()
        self.wait_for_points()

    @property
    def path(self) -> str:
        """The address without the site: what somebody else opens to see the same."""
        url = urlsplit(self.page.url)
        return f"{url.path}?{url.query}"

    def address(self, name: str) -> str | None:
        """One part of the address, None where it is left out."""
        found = parse_qs(urlsplit(self.page.url).query, keep_blank_values=True).get(name)
        return found[0] if found else None

    @property
    def cloud(self) -> Locator:
        """The canvas, which takes keys and clicks."""
        return self.page.get_by_role("application", name="Point cloud")

    def by_id(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id).locator("visible=true").first

    def shown(self) -> Shown:
        data: dict[str, str] = self.page.evaluate("({...document.documentElement.dataset})")
        return Shown(
            method=data.get("method", ""),
            n_points=int(data.get("points", 0)),
            n_drawn=int(data.get("drawnPoints", 0)),
            sequence=int(data.get("sequence", 0)),
            step=int(data.get("step", 0)),
            phase=data.get("phase", ""),
            connection=data.get("connection", ""),
            bookmark=data.get("bookmark", ""),
            layout_hash=data.get("layoutHash", ""),
            camera=data.get("camera", ""),
        )

    def wait_for_points(self, count: int | None = None) -> None:
        """Poll, since the page's content policy forbids predicates given as text."""

        def are_shown() -> bool:
            drawn = self.shown().n_drawn
            return drawn > 0 if count is None else drawn == count

        wait_until(are_shown, seconds=SHOWN_SECONDS, what="points on screen")

    # --- projections -------------------------------------------------------------------------------------------------

    def run_tsne(self, *, n_dims: int, perplexity: int, n_steps: int) -> str:
        """Set up a t-SNE in the panel and run it; the id of its job."""
        self.page.get_by_role("tab", name="t-SNE").click()
        self.choose("Dimensions of the layout", f"{n_dims}-D")
        self.page.get_by_label("Perplexity", exact=True).fill(str(perplexity))
        self.page.get_by_label("Steps", exact=True).fill(str(n_steps))
        n_before = len(self.traffic.sockets)
        self.page.get_by_role("button", name="Run t-SNE").click()
        self.wait(lambda: len(self.traffic.sockets) > n_before, what="the job to be watched")
        return self.traffic.sockets[-1].job_id

    def wait_for_step(self, step: int) -> None:
        """Wait until the t-SNE that is shown has come so far."""
        self.wait(
            lambda: self.shown().method == "tsne" and self.shown().step >= step,
            what=f"step {step}",
            seconds=SHOWN_SECONDS,
        )

    def wait_for_phase(self, phase: str) -> None:
        self.wait(lambda: self.shown().phase == phase, what=f"the phase {phase}", seconds=SHOWN_SECONDS)

    # --- camera ------------------------------------------------------------------------------------------------------

    def camera(self) -> str:
        """Where the camera rests."""
        self.wait(lambda: self.shown().camera != "", what="a camera that rests")
        return self.shown().camera

    def wait_for_camera(self, camera: str) -> None:
        """Wait until the camera rests exactly there."""
        self.wait(lambda: self.shown().camera == camera, what=f"the camera {camera}")

    def wait_for_another_camera(self, before: str) -> None:
        self.wait(lambda: self.shown().camera != before, what="the camera to rest elsewhere")

    def turn(self) -> None:
        """Turn (or move, in 2-D) the picture a little and come closer."""
        for key in ("ArrowLeft", "ArrowUp", "+"):
            before = self.camera()
            self.cloud.press(key)
            self.wait_for_another_camera(before)

    # --- everything else ---------------------------------------------------------------------------------------------

    def choose(self, group: str, choice: str) -> None:
        """Take one of several choices that are drawn as one control."""
        control = self.page.get_by_role("group", name=group)
        radio = control.get_by_role("radio", name=choice)
        control.locator("label", has=radio).click()
        expect(radio).to_be_checked()

    def wait(self, is_true: Callable[[], bool], *, what: str, seconds: float = ANSWER_SECONDS) -> None:
        """Wait for something while the page's events come in."""

        def look() -> bool:
            self.page.evaluate("0")  # events are delivered while the page is asked something
            return is_true()

        wait_until(look, seconds=seconds, what=what)

    def cloud_png(self) -> bytes:
        return self.page.locator(".cloud").screenshot()

    def cloud_pixels(self) -> NDArray[np.int16]:
        """The picture with what lies over it; ``(height, width, 3)``, 0 to 255."""
        return np.asarray(Image.open(io.BytesIO(self.cloud_png())).convert("RGB")).astype(np.int16)
