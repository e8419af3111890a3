"""The demo in a browser: what the README promises."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from e2e.digits import N_DIGITS
from e2e.projector_page import ProjectorPage


def test_first_visit_shows_the_demo(projector_page: ProjectorPage) -> None:
    projector_page.open()

    projector_page.wait_for_points(N_DIGITS)
    expect(projector_page.by_id("status")).to_contain_text("1,797")
    pixels = projector_page.cloud_pixels().reshape(-1, 3)
    assert (np.abs(pixels - pixels[0]).sum(axis=1) > 30).mean() > 0.01, "the cloud is empty"
