"""Draws the pictures of docs/images from the demo: `make screenshots`."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from e2e.projector_page import ProjectorPage
from e2e.timeline import Timeline
from fixtures.browser import CHROMIUM_ARGUMENTS, VIEWPORT_PX, find_chromium
from fixtures.deadline import wait_until
from fixtures.projector import running_projector

_THEMES = ("light", "dark")
_N_STEPS = 4_000
"""So many that the curve of the loss is fine."""
_SHARE_SHOWN = 0.3
"""Of the run, at the moment of it that is shown."""
_JOB_SECONDS = 300.0
_CAMERA_SECONDS = 1.2
"""Longest flight of the camera, and the labels that fade in after it."""
_SHOWN_ROW = 1_000
_MAX_BYTES = 300_000
_N_COLORS = 256


def draw_all(folder: Path) -> None:
    """Write pca, tsne, neighbors and bookmarks in both themes as PNG of 1440 x 900.

    Raises:
        AssertionError: a picture would weigh more than 300 kB.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, _chromium() as browser:
        for theme in _THEMES:
            # A projector each: the second theme would else find the job of the first, already finished.
            with running_projector(None, Path(home) / theme) as running:
                _draw_theme(browser, running.url, theme, folder)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=False, args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


def _draw_theme(browser: Browser, url: str, theme: str, folder: Path) -> None:
    width, height = VIEWPORT_PX
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        color_scheme="light" if theme == "light" else "dark",
    )
    shown = ProjectorPage(context.new_page(), url)

    def picture(name: str) -> None:
        shown.page.wait_for_timeout(_CAMERA_SECONDS * 1000)
        file = folder / f"{name}-{theme}.png"
        # With a palette a picture is a third of the size, and nobody sees the difference.
        image = Image.open(io.BytesIO(shown.page.screenshot())).convert("RGB")
        image.quantize(_N_COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, optimize=True)
        assert file.stat().st_size <= _MAX_BYTES, f"{file.name} has {file.stat().st_size:,} bytes"

    shown.open()
    picture("pca")
    shown.by_id("tab-tsne").click()
    shown.page.get_by_label("Steps", exact=True).fill(str(_N_STEPS))
    shown.page.get_by_role("button", name="Run t-SNE").click()
    wait_until(lambda: "finished" in shown.by_id("timeline").inner_text(), seconds=_JOB_SECONDS, what="its end")
    job_url = shown.page.url
    Timeline(shown).drag_to(_SHARE_SHOWN)
    picture("tsne")
    Timeline(shown).go_live()
    _save(shown, "Ten kinds of digits")
    shown.page.goto(f"{job_url}&selected={_SHOWN_ROW}&neighbors={_SHOWN_ROW},40,cosine")
    shown.wait_for_points()
    shown.by_id("neighbors-list").get_by_role("button").nth(9).wait_for()
    picture("neighbors")
    _save(shown, "Ones that stand on a foot")
    for _ in range(4):
        shown.page.keyboard.press("ArrowLeft")
    _save(shown, "The same from the left")
    picture("bookmarks")
    context.close()


def _save(shown: ProjectorPage, name: str) -> None:
    shown.page.get_by_label("Name of the view").fill(name)
    saved = shown.page.get_by_test_id("bookmark-item").count()
    shown.by_id("save-bookmark").click()
    shown.page.mouse.move(0, 0)
    wait_until(
        lambda: shown.page.get_by_test_id("bookmark-item").count() > saved, seconds=20, what=f"the bookmark {name!r}"
    )


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]))
