"""Each thumbnail's pixels land where the geometry says, at every level, whatever the grid and the format."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from unit.loader.sprites.atlases import atlas, file_of, flat, noise, pixels_of, reader, sprite, thumbnails

from projector_chassis.errors import Conflict, InvalidArgument, NotFound, TooLarge
from projector_loader.assets import SpriteFile
from projector_loader.sprites.reader import MAX_ROWS, SpriteReader

FINEST: dict[str, dict[str, Any]] = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}
"""What makes a format keep colours best."""


@pytest.fixture
def made(tmp_path: Path) -> SpriteReader:
    return reader(tmp_path / "cache")


@pytest.mark.parametrize(
    ("n_points", "n_columns", "width", "height"),
    [
        (30, 10, 20, 8),
        (28, 10, 20, 8),  # the last row is not filled
        (7, 7, 13, 31),  # one row
        (7, 1, 13, 31),  # one column
        (1, 1, 100, 40),
        (90, 9, 256, 200),  # more than one page
    ],
)
def test_every_thumbnail_is_at_its_place_at_full_size(
    made: SpriteReader, write: Any, n_points: int, n_columns: int, width: int, height: int
) -> None:
    cells = noise(n_points, width, height)
    file = sprite(write("sprite.bmp", file_of(atlas(cells, n_columns), "BMP")), (width, height))

    for cell, expected in zip(thumbnails(made, file, n_points, 0), cells, strict=True):
        np.testing.assert_array_equal(cell[:height, :width], expected)
        repeated = np.pad(expected, ((0, cell.shape[0] - height), (0, cell.shape[1] - width), (0, 0)), "edge")
        np.testing.assert_array_equal(cell, repeated)


@pytest.mark.parametrize(("width", "height"), [(20, 8), (13, 31), (28, 28), (100, 40), (33, 3)])
def test_smaller_levels_are_halved_and_no_neighbor_bleeds_in(
    made: SpriteReader, write: Any, width: int, height: int
) -> None:
    cells = flat(30, width, height)
    file = sprite(write("sprite.png", file_of(atlas(cells, 10))), (width, height))

    levels = made.geometry(file, 30).levels
    assert (
        6 <= max(levels[-1].thumbnail_width_px, levels[-1].thumbnail_height_px) <= 12
        or min(levels[-1].thumbnail_width_px, levels[-1].thumbnail_height_px) < 2
    )
    for level, grid in enumerate(levels):
        assert (grid.thumbnail_width_px, grid.thumbnail_height_px) == (width / 2**level, height / 2**level)
        for cell, expected in zip(thumbnails(made, file, 30, level), cells, strict=True):
            assert cell.shape[:2] == (grid.cell_height_px, grid.cell_width_px)
            np.testing.assert_array_equal(cell, np.broadcast_to(expected[0, 0], cell.shape))


def test_a_level_is_the_mean_of_the_one_before(made: SpriteReader, write: Any) -> None:
    file = sprite(write("sprite.png", file_of(atlas(noise(12, 26, 18), 4))), (26, 18))
    for level in (1, 2):
        for before, cell in zip(thumbnails(made, file, 12, level - 1), thumbnails(made, file, 12, level), strict=True):
            height, width = cell.shape[:2]
            means = before.astype(float).reshape(height, 2, width, 2, 3).mean(axis=(1, 3))
            np.testing.assert_allclose(cell, means, atol=0.51)


def test_opacity_weighs_when_a_level_is_halved(made: SpriteReader, write: Any) -> None:
    """What shines through must not darken the edge of a card."""
    image = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    image.paste((240, 120, 60, 255), (0, 0, 1, 16))
    file = sprite(write("sprite.png", file_of(image)), (16, 16))
    (cell,) = thumbnails(made, file, 1, 1, "RGBA")
    np.testing.assert_allclose(cell[:, 0], np.broadcast_to((240, 120, 60, 128), (8, 4)), atol=1)
    assert not cell[:, 1:].any()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "WEBP", "JPEG"])
def test_every_format_is_read(made: SpriteReader, write: Any, kind: str) -> None:
    cells = flat(30, 24, 16)
    image = atlas(cells, 10)
    if kind == "GIF":
        image = image.quantize(64)
    file = sprite(write("sprite.anything", file_of(image, kind, **FINEST.get(kind, {}))), (24, 16))
    for cell, expected in zip(thumbnails(made, file, 30, 0), cells, strict=True):
        np.testing.assert_allclose(cell.astype(int), expected, atol=6 if kind == "JPEG" else 0)


def test_palette_with_transparency(made: SpriteReader, write: Any) -> None:
    image = Image.new("P", (32, 16))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (16, 0, 32, 16))
    file = sprite(write("sprite.png", file_of(image, transparency=1)), (16, 16))
    red, clear = thumbnails(made, file, 2, 0, "RGBA")
    assert (red == (255, 0, 0, 255)).all()
    assert (clear[..., 3] == 0).all()


def test_sixteen_bits_keep_their_upper_eight(made: SpriteReader, write: Any) -> None:
    shades = np.repeat(np.array([[0, 100, 700, 40_000, 65_535]], np.uint16), 10, axis=1).repeat(10, axis=0)
    file = sprite(write("sprite.png", file_of(Image.fromarray(shades))), (10, 10))
    found = [int(cell[0, 0, 0]) for cell in thumbnails(made, file, 5, 0)]
    assert found == [0, 0, 2, 156, 255]


def test_print_colours(made: SpriteReader, write: Any) -> None:
    image = Image.new("CMYK", (32, 16), (0, 255, 255, 0))
    image.paste((255, 0, 255, 0), (16, 0, 32, 16))
    file = sprite(write("sprite.jpg", file_of(image, "JPEG", quality=95)), (16, 16))
    red, green = thumbnails(made, file, 2, 0)
    np.testing.assert_allclose(red[4, 4].astype(int), (255, 0, 0), atol=4)
    np.testing.assert_allclose(green[4, 4].astype(int), (0, 255, 0), atol=4)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_grey_costs_one_channel_however_it_is_stored(tmp_path: Path, write: Any, mode: str) -> None:
    made = reader(tmp_path / "cache")
    grey = Image.fromarray(noise(1, 64, 64)[0]).convert("L")
    file = sprite(write("sprite.png", file_of(grey.convert(mode))), (64, 64))
    assert Image.open(io.BytesIO(made.read_page(file, 1, 0, 0).content)).mode == "L"
    (cells,) = (tmp_path / "cache").iterdir()
    assert cells.stat().st_size == 64 * 64 + 32 * 32 + 16 * 16 + 8 * 8


def test_large_thumbnails_are_scaled_down_once_without_their_neighbors(made: SpriteReader, write: Any) -> None:
    cells = flat(6, 600, 300)
    file = sprite(write("sprite.png", file_of(atlas(cells, 3))), (600, 300))
    geometry = made.geometry(file, 6)
    assert (geometry.thumbnail_width_px, geometry.thumbnail_height_px) == (600, 300)
    assert (geometry.levels[0].thumbnail_width_px, geometry.levels[0].thumbnail_height_px) == (256, 128)
    for cell, expected in zip(thumbnails(made, file, 6, 0), cells, strict=True):
        np.testing.assert_array_equal(cell, np.broadcast_to(expected[0, 0], (128, 256, 3)))


def test_an_atlas_wider_than_any_texture(made: SpriteReader, write: Any) -> None:
    cells = flat(1500, 16, 16)
    file = sprite(write("sprite.png", file_of(atlas(cells, 1500))), (16, 16))
    assert made.geometry(file, 1500).image_width_px == 24_000
    for cell, expected in zip(thumbnails(made, file, 1500, 1), cells, strict=True):
        np.testing.assert_array_equal(cell, np.broadcast_to(expected[0, 0], (8, 8, 3)))


@pytest.fixture
def thirty(write: Any) -> SpriteFile:
    """Thirty thumbnails of 20 x 8 px."""
    return sprite(write("sprite.png", file_of(atlas(noise(30, 20, 8), 10))), (20, 8))


def test_thumbnails_of_chosen_points_come_as_one_page_in_their_order(made: SpriteReader, thirty: SpriteFile) -> None:
    rows = np.array([29, 3, 3, 17, 0], np.uint32)
    page = pixels_of(made.read_rows(thirty, 30, 0, rows))
    n_columns = page.shape[1] // 20
    everything = thumbnails(made, thirty, 30, 0)
    for place, row in enumerate(rows):
        top, left = 8 * (place // n_columns), 20 * (place % n_columns)
        np.testing.assert_array_equal(page[top : top + 8, left : left + 20], everything[row])


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "0 rows are listed; from 1 to 256"),
        ([30], "Row 30 is listed, but there are 30 points"),
        ([0] * (MAX_ROWS + 1), "257 rows are listed"),
    ],
)
def test_rows_that_cannot_be_are_refused(made: SpriteReader, thirty: SpriteFile, rows: list[int], reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        made.read_rows(thirty, 30, 0, np.array(rows, np.uint32))


def test_levels_and_pages_that_are_not_there_are_not_found(made: SpriteReader, thirty: SpriteFile) -> None:
    with pytest.raises(NotFound, match=r"no level 2 of the thumbnails; there are 2"):
        made.read_page(thirty, 30, 2, 0)
    with pytest.raises(NotFound, match=r"no page 1 at level 0 of the thumbnails; it has 1"):
        made.read_page(thirty, 30, 0, 1)


def test_pages_are_the_same_bytes_from_every_reader(made: SpriteReader, thirty: SpriteFile, tmp_path: Path) -> None:
    other = reader(tmp_path / "other")
    for level in (0, 1):
        assert made.read_page(thirty, 30, level, 0) == other.read_page(thirty, 30, level, 0)


def test_an_atlas_is_decoded_once_and_again_when_it_changes(
    tmp_path: Path, thirty: SpriteFile, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reader(tmp_path / "cache")
    first = made.read_page(thirty, 30, 0, 0)
    with monkeypatch.context() as patched:
        patched.setattr(Image.Image, "crop", None)  # cutting again would fail
        again = reader(tmp_path / "cache")
        assert again.read_page(thirty, 30, 0, 0) == first
        again.read_rows(thirty, 30, 1, np.arange(3, dtype=np.uint32))

    write("sprite.png", file_of(atlas(flat(30, 20, 8), 10)))

    changed = made.read_page(thirty, 30, 0, 0)
    assert changed.digest != first.digest
    assert changed.content != first.content


def test_the_cache_keeps_what_was_used_last(tmp_path: Path, write: Any) -> None:
    files = [sprite(write(f"{name}.png", file_of(Image.new("L", (160, 160), 9))), (16, 16)) for name in range(3)]
    one_bytes = 100 * (16 * 16 + 8 * 8)
    made = reader(tmp_path / "cache", cache_bytes=5 * one_bytes)  # room for four channels beside one of one
    for file in (*files[:2], files[0], files[2]):
        made.read_rows(file, 100, 0, np.arange(1, dtype=np.uint32))
    kept = list((tmp_path / "cache").iterdir())
    assert len(kept) == 2
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Image.Image, "crop", None)
        for file in (files[0], files[2]):
            made.read_rows(file, 100, 0, np.arange(1, dtype=np.uint32))


def test_a_cached_file_that_was_cut_off_is_made_again(tmp_path: Path, thirty: SpriteFile) -> None:
    whole = reader(tmp_path / "cache").read_page(thirty, 30, 0, 0)
    (cells,) = (tmp_path / "cache").iterdir()
    os.truncate(cells, cells.stat().st_size - 1)
    assert reader(tmp_path / "cache").read_page(thirty, 30, 0, 0) == whole


def test_thumbnails_beyond_the_cache_are_refused(tmp_path: Path, thirty: SpriteFile) -> None:
    made = reader(tmp_path / "cache", cache_bytes=1000)
    with pytest.raises(TooLarge, match="raise PROJECTOR_SPRITE_CACHE_BYTES"):
        made.read_page(thirty, 30, 0, 0)


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path, thirty: SpriteFile) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(Conflict, match="cache directory cannot be written"):
        reader(tmp_path / "cache").read_page(thirty, 30, 0, 0)
