"""The timeline under the cloud, in the words of the product."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from e2e.projector_page import ProjectorPage


class Timeline:
    """The run that is shown, with its past."""

    def __init__(self, page: ProjectorPage) -> None:
        self._page = page

    @property
    def slider(self) -> Locator:
        return self._page.page.get_by_role("slider", name="History of the run")

    @property
    def curve(self) -> Locator:
        """The path of the loss up to the moment that is shown."""
        return self.slider.locator(".run-curve.before path")

    def first_step_of_curve(self) -> float:
        """Where the curve begins, as a part of the whole run."""
        path = self.curve.get_attribute("d") or ""
        return float(path.removeprefix("M").split(" ")[0]) / 1000

    def press(self, key: str) -> None:
        """Move the slider with a key."""
        self.slider.press(key)

    def drag_to(self, share: float) -> None:
        """Take the slider with the pointer, move it to a part of its width, and wait for the frame that is there."""
        box = self.slider.bounding_box()
        assert box is not None
        mouse, middle = self._page.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + 0.8 * box["width"], middle)
        mouse.down()
        mouse.move(box["x"] + share * box["width"], middle, steps=12)
        mouse.up()
        self._page.wait(
            lambda: self.slider.get_attribute("aria-valuenow") == str(self._page.shown().step),
            what="the frame at the place of the slider",
        )

    def go_live(self) -> None:
        """Go back to the newest frame."""
        button = self._page.by_id("go-live")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
