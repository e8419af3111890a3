"""The page as a person uses it: what can be done and seen, in the words of the product."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from e2e.job_traffic import JobTraffic
from fixtures.deadline import wait_until

SHOWN_SECONDS = 120.0
"""First paint with software WebGL on a busy machine."""
ADDRESS_DIGITS = 1e-5
"""How exactly an address holds a camera."""
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
        self.open_link(self.base_url + path)

    def open_link(self, link: str) -> None:
        """Open an address that somebody sent."""
        self.page.goto(link)
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

    def fetch(self, path: str) -> bytes:
        """What the REST API answers, below ``/api/v1``."""
        answer = self.page.request.get(f"{self.base_url}/api/v1{path}")
        assert answer.ok, f"{path}: {answer.status} {answer.text()}"
        return answer.body()

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as the REST API tells it."""
        told: dict[str, Any] = json.loads(self.fetch(f"/jobs/{job_id}"))
        return told

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
        self.choose_method("t-SNE")
        self.choose("Dimensions of the layout", f"{n_dims}-D")
        self.page.get_by_label("Perplexity", exact=True).fill(str(perplexity))
        self.page.get_by_label("Steps", exact=True).fill(str(n_steps))
        return self.run("t-SNE")

    def choose_method(self, name: str) -> None:
        """Open the tab of a projection."""
        self.page.get_by_role("tab", name=name).click()

    def run(self, name: str) -> str:
        """Run the projection that has been set up; the id of its job."""
        n_before = len(self.traffic.sockets)
        self.page.get_by_role("button", name=f"Run {name}").click()
        self.wait(lambda: len(self.traffic.sockets) > n_before, what="the job to be watched")
        return self.traffic.sockets[-1].job_id

    def run_tsne_to_its_end(self, *, n_dims: int, perplexity: int, n_steps: int) -> str:
        """As ``run_tsne``, and wait until all steps are done."""
        job_id = self.run_tsne(n_dims=n_dims, perplexity=perplexity, n_steps=n_steps)
        self.wait_for_end(n_steps)
        return job_id

    def wait_for_end(self, n_steps: int) -> None:
        """Wait until the last step of a t-SNE, or epoch of a UMAP, is shown."""
        self.wait_for_step(n_steps)
        self.wait_for_phase("finished")

    def stop(self) -> None:
        """Stop the t-SNE with the button of the timeline, and wait until it rests."""
        self.by_id("timeline").get_by_role("button", name="Stop").click()
        self.wait_for_phase("stopped")

    def wait_for_step(self, step: int) -> None:
        """Wait until the streamed projection that is shown has come so far."""
        self.wait(
            lambda: self.shown().method in ("tsne", "umap") and self.shown().step >= step,
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

    def wait_for_camera(self, camera: str, *, within: float = 0.0) -> None:
        """Wait until the camera rests there: to the bit, or as near as the five digits of an address."""
        wanted = _numbers(camera)

        self.wait(lambda: _are_near(_numbers(self.shown().camera), wanted, within), what=f"the camera {camera}")

    def wait_for_other_camera(self, before: str) -> None:
        """Wait until the camera rests elsewhere."""
        self.wait(lambda: self.shown().camera not in {"", before}, what="another camera")

    def turn(self) -> None:
        """Turn (or move, in 2-D) the picture a little and come closer; wait until the address says so."""
        for key in ("ArrowLeft", "ArrowUp", "+"):
            before = self.camera()
            self.cloud.press(key)
            self.wait_for_other_camera(before)
        self.wait(
            lambda: _are_near(_numbers_of_address(self.address("camera")), _numbers(self.camera()), ADDRESS_DIGITS),
            what="the camera in the address",
        )

    # --- data --------------------------------------------------------------------------------------------------------

    def open_embedding(self, run: str) -> None:
        """Choose the first embedding of a run in the picker."""
        self.by_id("run-picker").click()
        self.page.get_by_role("listbox", name=run, exact=True).get_by_role("option").first.click()
        expect(self.by_id("run-picker")).to_contain_text(run)

    # --- rows --------------------------------------------------------------------------------------------------------

    def search(self, text: str, *, column: str | None = None) -> None:
        """Search a column of the metadata (the label's, where none is named) and wait for the answer."""
        field = self.page.get_by_label("Search the metadata")
        if column is not None:
            self.page.get_by_label("Column to search").select_option(column)
        with self.page.expect_response(lambda response: response.url.endswith("/search")):
            field.fill(text)

    def select_matches(self, text: str, *, column: str) -> None:
        """Select everything that a search finds, and end the search."""
        self.search(text, column=column)
        self.page.get_by_role("button", name="Select", exact=True).click()
        self.page.get_by_role("button", name="Clear the search").click()

    def click_a_point(self) -> int:
        """Click the first point met on ways from the middle of the cloud to its right edge; the row of it."""
        box = self.cloud.bounding_box()
        assert box is not None
        hovered = self.page.get_by_test_id("status").get_by_text(re.compile(r"^row [\d,]+$"))
        middle, right = int(box["width"] / 2), int(box["width"])
        for height, x in ((height, x) for height in (0.5, 0.4, 0.6, 0.3) for x in range(middle, right, 4)):
            self.page.mouse.move(box["x"] + x, box["y"] + height * box["height"])
            self.page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
            if hovered.count():
                row = int(hovered.inner_text().removeprefix("row ").replace(",", ""))
                self.page.mouse.down()
                self.page.mouse.up()
                return row
        raise AssertionError("no point in the right half of the cloud")

    def rows(self, label: str) -> list[int]:
        """Rows of one of the inspector's lists, in their order."""
        entries = self.page.get_by_role("list", name=label).get_by_role("button")
        return [int(row) for row in entries.evaluate_all("entries => entries.map(entry => entry.dataset.row)")]

    # --- everything else ---------------------------------------------------------------------------------------------

    def choose(self, group: str, choice: str) -> None:
        """Take one of several choices that are drawn as one control."""
        control = self.page.get_by_role("group", name=group)
        control.locator("label", has=self.page.get_by_role("radio", name=choice, exact=True)).click()
        expect(control.get_by_role("radio", name=choice, exact=True)).to_be_checked()

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


def _numbers(camera: str) -> NDArray[np.float64]:
    """Whether it is a perspective, then position, target, up and zoom; empty for no camera."""
    if not camera:
        return np.empty(0)
    parts = json.loads(camera)
    vectors = [*parts["position"], *parts["target"], *parts["up"]]
    return np.array([parts["mode"] == "perspective", *vectors, parts["zoom"]], np.float64)


def _numbers_of_address(camera: str | None) -> NDArray[np.float64]:
    """The same of an address's camera."""
    mode, *numbers = (camera or "").split(",")
    return np.array([mode == "p", *map(float, numbers)], np.float64)


def _are_near(numbers: NDArray[np.float64], wanted: NDArray[np.float64], within: float) -> bool:
    return numbers.shape == wanted.shape and bool((np.abs(numbers - wanted) <= within).all())
