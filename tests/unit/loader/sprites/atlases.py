"""Made atlases whose thumbnails are known, and what a reader makes of them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from projector_loader.asset_paths import AssetPath
from projector_loader.assets import SpriteFile
from projector_loader.model import Shape
from projector_loader.sprites.cut_job import Cut, cut_atlas
from projector_loader.sprites.reader import SpritePage, SpriteReader

Cells = NDArray[np.uint8]
"""Thumbnails ``(n, height, width, 3)``."""


def reader(cache: Path, *, cache_bytes: int = 2**28, max_pixels: int = 2**26, cut: Cut = cut_atlas) -> SpriteReader:
    """A reader with a cache of its own, which cuts in this process."""
    return SpriteReader(cache, cache_bytes=cache_bytes, max_pixels=max_pixels, cut=cut)


def sprite(file: AssetPath, thumbnail_px: Shape) -> SpriteFile:
    return SpriteFile(file, thumbnail_px)


def noise(n_cells: int, width: int, height: int) -> Cells:
    """Thumbnails of which no two pixels are related."""
    return np.random.default_rng(n_cells).integers(0, 256, (n_cells, height, width, 3), np.uint8)


def flat(n_cells: int, width: int, height: int) -> Cells:
    """Thumbnails of one colour each; neighbors differ much."""
    colors = np.random.default_rng(n_cells).integers(0, 256, (n_cells, 1, 1, 3), np.uint8)
    return np.broadcast_to(colors, (n_cells, height, width, 3)).copy()


def atlas(cells: Cells, n_columns: int) -> Image.Image:
    """The thumbnails side by side, row-major; what is left of the last row is magenta."""
    n_cells, height, width, _ = cells.shape
    n_rows = -(-n_cells // n_columns)
    pixels = np.full((n_rows * height, n_columns * width, 3), (255, 0, 255), np.uint8)
    for index, cell in enumerate(cells):
        row, column = divmod(index, n_columns)
        pixels[row * height : (row + 1) * height, column * width : (column + 1) * width] = cell
    return Image.fromarray(pixels)


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def pixels_of(page: SpritePage, mode: str = "RGB") -> NDArray[np.uint8]:
    """``(height, width, channels)`` of a page."""
    return np.asarray(Image.open(io.BytesIO(page.content)).convert(mode))


def thumbnails(
    made: SpriteReader, file: SpriteFile, n_points: int, level: int, mode: str = "RGB"
) -> list[NDArray[np.uint8]]:
    """The cell of each point, cut from the pages by nothing but the geometry."""
    grid = made.geometry(file, n_points).levels[level]
    width, height = grid.cell_width_px, grid.cell_height_px
    pages = [pixels_of(made.read_page(file, n_points, level, page), mode) for page in range(grid.n_pages)]
    assert all(max(page.shape[:2]) <= 2048 for page in pages)
    found = []
    for point in range(n_points):
        page, place = divmod(point, grid.n_columns * grid.n_rows)
        row, column = divmod(place, grid.n_columns)
        found.append(pages[page][row * height : (row + 1) * height, column * width : (column + 1) * width])
    return found
