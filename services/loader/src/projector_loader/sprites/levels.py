"""The sizes in which thumbnails are served, and how a page is laid out: arithmetic alone."""

from __future__ import annotations

import math
from typing import Final

from projector_loader.model import SpriteLevel

MAX_PAGE_SIDE_PX: Final = 2048
"""The largest texture that every implementation of WebGL 2 takes: the least MAX_TEXTURE_SIZE of its specification."""
MAX_THUMBNAIL_PX: Final = 256
"""Thumbnails whose longer side is larger are scaled down to it, once."""
MAX_LISTED_COLUMNS: Final = 16
_HALVED_FROM_PX: Final = 12
"""A longer side of so much is halved again: the smallest level has 6 to 12 px."""

Size = tuple[int, int]
"""Width and height in pixels."""


def full_size(thumbnail: Size) -> Size:
    """The size of a thumbnail at level 0, given its size in the file."""
    longer = max(thumbnail)
    if longer <= MAX_THUMBNAIL_PX:
        return thumbnail
    width, height = (max(1, round(side * MAX_THUMBNAIL_PX / longer)) for side in thumbnail)
    return width, height


def sprite_levels(thumbnail: Size, n_points: int) -> tuple[SpriteLevel, ...]:
    """The levels of so many thumbnails, from full size down.

    Args:
        thumbnail: size at level 0, at most ``MAX_THUMBNAIL_PX`` a side.
        n_points: thumbnails, at least one.
    """
    n_levels = _count_levels(thumbnail)
    step = 2 ** (n_levels - 1)
    cell_width, cell_height = (-(-side // step) * step for side in thumbnail)
    return tuple(
        _level(thumbnail, (cell_width >> level, cell_height >> level), 2**level, n_points) for level in range(n_levels)
    )


def listed_columns(level: SpriteLevel, n_listed: int) -> int:
    """Columns of an image of so many listed thumbnails."""
    return min(n_listed, MAX_LISTED_COLUMNS, MAX_PAGE_SIDE_PX // level.cell_width_px)


def _level(thumbnail: Size, cell: Size, divisor: int, n_points: int) -> SpriteLevel:
    most_columns, most_rows = (MAX_PAGE_SIDE_PX // side for side in cell)
    n_pages = -(-n_points // (most_columns * most_rows))
    n_cells = -(-n_points // n_pages)
    # As square as it can be, so that a texture of its size holds little more than the cells.
    about_square = math.ceil(math.sqrt(n_cells * cell[1] / cell[0]))
    n_columns = max(-(-n_cells // most_rows), min(about_square, most_columns))
    n_rows = -(-n_cells // n_columns)
    return SpriteLevel(
        thumbnail_width_px=thumbnail[0] / divisor,
        thumbnail_height_px=thumbnail[1] / divisor,
        cell_width_px=cell[0],
        cell_height_px=cell[1],
        n_columns=n_columns,
        n_rows=n_rows,
        n_pages=-(-n_points // (n_columns * n_rows)),
    )


def _count_levels(thumbnail: Size) -> int:
    n_levels, longer, shorter = 1, float(max(thumbnail)), float(min(thumbnail))
    while longer >= _HALVED_FROM_PX and shorter >= 2:
        n_levels, longer, shorter = n_levels + 1, longer / 2, shorter / 2
    return n_levels
