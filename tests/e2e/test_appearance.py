"""Themes, and which components of a PCA are drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from e2e import digits
from e2e.projector_page import ProjectorPage

CANVAS = {"light": (255, 255, 255), "dark": (14, 17, 22)}


def choose_theme(page: Page, name: str) -> None:
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name=name).click()


def is_drawn_in(projector_page: ProjectorPage, theme: str) -> bool:
    """Whether a theme's canvas surrounds a picture that is not empty."""
    pixels = projector_page.cloud_pixels()
    is_canvas = (pixels == np.array(CANVAS[theme])).all(axis=2)
    return bool(is_canvas[len(pixels) // 2, 2] and 0.3 < is_canvas.mean() < 0.99)


def test_both_themes_are_drawn_and_remembered(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    projector_page.open()
    html = page.locator("html")

    choose_theme(page, "Light")
    expect(html).to_have_attribute("data-theme", "light")
    projector_page.wait(lambda: is_drawn_in(projector_page, "light"), what="a light picture")
    choose_theme(page, "Dark")
    expect(html).to_have_attribute("data-theme", "dark")
    projector_page.wait(lambda: is_drawn_in(projector_page, "dark"), what="a dark picture")
    projector_page.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    projector_page.wait(lambda: is_drawn_in(projector_page, "dark"), what="a dark picture after reloading")


def test_the_theme_follows_the_system(projector_page: ProjectorPage) -> None:
    projector_page.page.emulate_media(color_scheme="dark")
    projector_page.open()
    projector_page.wait(lambda: is_drawn_in(projector_page, "dark"), what="a dark picture")

    projector_page.page.emulate_media(color_scheme="light")

    projector_page.wait(lambda: is_drawn_in(projector_page, "light"), what="a light picture")


def test_components_are_chosen_by_the_variance_that_they_describe(projector_page: ProjectorPage) -> None:
    page = projector_page.page
    ratio = digits.explained_variance_ratio(digits.pixels())
    projector_page.open()
    axes = [page.get_by_label(axis, exact=True) for axis in "XYZ"]
    expect(axes[0].get_by_role("option")).to_have_text(
        [f"Component {number} · {share:.1%}".replace("%", " %") for number, share in enumerate(ratio[:10], start=1)]
    )
    expect(page.get_by_text("Total variance described")).to_contain_text(percent(ratio[[0, 1, 2]]))
    before = projector_page.cloud_pixels()

    axes[0].select_option(label=f"Component 5 · {percent(ratio[[4]])}")
    axes[2].select_option(label=f"Component 2 · {percent(ratio[[1]])}")

    for axis, component in zip(axes, (4, 2, 1), strict=True):
        expect(axis).to_have_value(str(component))
    expect(page.get_by_text("Total variance described")).to_contain_text(percent(ratio[[4, 2, 1]]))
    projector_page.wait(lambda: differs(projector_page.cloud_pixels(), before), what="another picture")
    projector_page.wait(lambda: projector_page.address("components") == "4,2,1", what="the address to follow")
    projector_page.reload()
    expect(axes[0]).to_have_value("4")


def percent(shares: NDArray[np.float64]) -> str:
    return f"{shares.sum():.1%}".replace("%", " %")


def differs(picture: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    return bool((picture != other).any(axis=2).mean() > 0.05)
