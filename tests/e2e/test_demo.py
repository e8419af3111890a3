"""The demo in a browser: what the README promises."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from e2e.projector_page import ProjectorPage

N_DIGITS = 1797


@pytest.fixture
def projector_page(page: Page, base_url: str) -> ProjectorPage:
    return ProjectorPage(page, base_url)


def test_first_visit_shows_the_demo(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.wait_for_points(N_DIGITS)
    expect(projector_page.by_id("status")).to_contain_text("1,797")
    colours = np.asarray(Image.open(io.BytesIO(projector_page.cloud_png())).convert("RGB")).reshape(-1, 3)
    background = colours[0]
    assert (np.abs(colours.astype(int) - background).sum(axis=1) > 30).mean() > 0.01, "the cloud is empty"
