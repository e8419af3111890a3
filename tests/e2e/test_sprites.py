"""Thumbnails of an atlas that no GPU takes in one piece are those of their points."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import expect

from e2e.digits import N_DIGITS
from e2e.projector_page import SHOWN_SECONDS, ProjectorPage
from fixtures.projector import RunningProjector

N_POINTS, SIDE_PX = 1500, 16
FIRST_FAR, LAST_FAR = 5, 1_477
"""Two rows far from all others, at the ends of the first component."""
RUN = "wide"
_SPREAD = 60
"""By how much a channel of a thumbnail's colour differs from another; the page itself is grey and blue."""


def color_of(row: int) -> tuple[int, int, int]:
    """A colour that no other row has: some red, no blue, and green by the row."""
    return 130 + row % 100, row // 100 * 8, 0


@pytest.fixture(scope="module")
def wide(demo_root: Path, projector: RunningProjector) -> Iterator[None]:
    """A run beside the demo whose atlas is one row of 24,000 px, one colour a thumbnail."""
    assert projector.process.poll() is None
    folder = demo_root / RUN
    folder.mkdir()
    colors = np.array([color_of(row) for row in range(N_POINTS)], np.uint8)
    row_of_pixels = colors.repeat(SIDE_PX, axis=0)[np.newaxis].repeat(SIDE_PX, axis=0)
    Image.fromarray(row_of_pixels).save(folder / "sprite.png")
    points = np.random.default_rng(7).normal(size=(N_POINTS, 2)).astype("<f4")
    points[[FIRST_FAR, LAST_FAR]] = [[-60, 0], [60, 0]]
    (folder / "points.bytes").write_bytes(points.tobytes())
    (folder / "projector_config.pbtxt").write_text(
        f'embeddings {{ tensor_name: "points" tensor_path: "points.bytes" tensor_shape: [{N_POINTS}, 2]'
        f' sprite {{ image_path: "sprite.png" single_image_dim: [{SIDE_PX}, {SIDE_PX}] }} }}'
    )
    yield
    shutil.rmtree(folder)


@pytest.mark.usefixtures("wide")
def test_the_right_thumbnail_is_drawn_at_a_point_and_in_the_inspector(projector_page: ProjectorPage) -> None:
    projector_page.open()
    projector_page.open_embedding(RUN)
    projector_page.wait_for_points(N_POINTS)

    expected = {color_of(FIRST_FAR), color_of(LAST_FAR)}
    projector_page.wait(
        lambda: {color_at_end(projector_page, end) for end in (0, -1)} == expected,
        what=f"the colours {expected} at both ends of the cloud",
        seconds=SHOWN_SECONDS,
    )

    row = LAST_FAR if color_at_end(projector_page, -1) == color_of(LAST_FAR) else FIRST_FAR
    x, y = place_of_end(projector_page, -1)
    box = projector_page.page.locator(".cloud").bounding_box()
    assert box is not None
    projector_page.page.mouse.click(box["x"] + x, box["y"] + y)
    expect(projector_page.by_id("inspector")).to_contain_text(f"row {row:,}")
    card = projector_page.page.locator("projector-point-card sprite-thumbnail")
    projector_page.wait(
        lambda: middle_of(card.screenshot()) == color_of(row), what=f"the thumbnail of row {row} in the inspector"
    )

    projector_page.open_embedding("digits")
    projector_page.wait_for_points(N_DIGITS)


def color_at_end(projector_page: ProjectorPage, end: int) -> tuple[int, ...]:
    """Colour in the middle of the leftmost (0) or rightmost (-1) thumbnail."""
    x, y = place_of_end(projector_page, end)
    return tuple(int(channel) for channel in projector_page.cloud_pixels()[y, x])


def place_of_end(projector_page: ProjectorPage, end: int) -> tuple[int, int]:
    """Middle of the leftmost (0) or rightmost (-1) thumbnail, px from the cloud's corner; (0, 0): there is none."""
    pixels = projector_page.cloud_pixels()
    ys, xs = np.nonzero(is_warm(pixels))
    if not len(xs):
        return 0, 0
    order = np.argsort(xs)
    is_near = np.abs(xs - xs[order[end]]) < 2 * SIDE_PX
    return int(np.median(xs[is_near])), int(np.median(ys[is_near]))


def is_warm(pixels: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Where a thumbnail is seen."""
    return np.asarray(pixels[..., 0] - pixels[..., 2] > _SPREAD)


def middle_of(png: bytes) -> tuple[int, ...]:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return tuple(int(channel) for channel in pixel)
