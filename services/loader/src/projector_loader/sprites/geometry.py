"""Whether an image can be cut into the thumbnails that a config speaks of; where not, what to change."""

from __future__ import annotations

import math

from projector_chassis.errors import Conflict
from projector_loader.assets import SpriteFile
from projector_loader.digests import files_digest
from projector_loader.model import SpriteGeometry
from projector_loader.sprites.atlas import read_size
from projector_loader.sprites.levels import Size, full_size, sprite_levels

_MILLION = 10**6


def read_geometry(sprite: SpriteFile, n_points: int, max_pixels: int) -> SpriteGeometry:
    """The geometry of an atlas, from the config and the image's header.

    Args:
        sprite: the image, and the (width, height) of one thumbnail as the config gives it; without a config the atlas
            is the smallest grid of as many columns as rows that has room for all points.
        n_points: thumbnails that the image has to hold.
        max_pixels: of the image.

    Raises:
        NotFound, Conflict: the image is missing, is none, is too large or no whole number of thumbnails, or holds
            too few.
    """
    file = sprite.file
    image = read_size(file)
    thumbnail = _thumbnail(sprite, image, n_points)
    if math.prod(image) > max_pixels:
        raise Conflict(
            f"The sprite {file.name} is {_spelled(image)}, {math.prod(image) // _MILLION:,} million pixels; at most"
            f" {max_pixels // _MILLION:,} million are read. Make its thumbnails smaller, or raise"
            " PROJECTOR_MAX_SPRITE_PIXELS."
        )
    _check_grid(sprite, image, thumbnail, n_points)
    return SpriteGeometry(
        image_width_px=image[0],
        image_height_px=image[1],
        thumbnail_width_px=thumbnail[0],
        thumbnail_height_px=thumbnail[1],
        n_columns=image[0] // thumbnail[0],
        levels=sprite_levels(full_size(thumbnail), n_points),
        digest=files_digest("sprite", (*thumbnail, n_points), (file,)),
    )


def _thumbnail(sprite: SpriteFile, image: Size, n_points: int) -> Size:
    given = sprite.thumbnail_px
    if given is None:
        n_columns = _columns_of_square(n_points)
        given = max(1, image[0] // n_columns), max(1, image[1] // n_columns)
    if len(given) != 2 or 0 in given:
        raise Conflict(
            f"The sprite {sprite.file.name} needs two numbers above 0 for {sprite.size_name}, width and height of one"
            f" thumbnail in pixels; given are {list(given) or 'none'}."
        )
    width, height = given
    return width, height


def _check_grid(sprite: SpriteFile, image: Size, thumbnail: Size, n_points: int) -> None:
    found = f"The sprite {sprite.file.name} is {_spelled(image)}"
    advice = f"set {sprite.size_name} to width and height of one thumbnail{_perhaps(image, n_points)}."
    if image[0] < thumbnail[0] or image[1] < thumbnail[1]:
        raise Conflict(f"{found}, smaller than one thumbnail of {_spelled(thumbnail)}; {advice}")
    rest = image[0] % thumbnail[0], image[1] % thumbnail[1]
    if any(rest):
        raise Conflict(
            f"{found}, no whole number of thumbnails of {_spelled(thumbnail)}: {_spelled(rest)} are left over; {advice}"
        )
    n_columns, n_rows = image[0] // thumbnail[0], image[1] // thumbnail[1]
    if n_columns * n_rows < n_points:
        raise Conflict(
            f"{found} and holds {n_columns} x {n_rows} thumbnails of {_spelled(thumbnail)}, fewer than the"
            f" {n_points:,} points; {advice}"
        )


def _perhaps(image: Size, n_points: int) -> str:
    """The size that fits, where the usual grid, as many columns as rows, leaves nothing over."""
    n_columns = _columns_of_square(n_points)
    n_rows = -(-n_points // n_columns)
    fits = next(
        (rows for rows in (n_rows, n_columns) if not image[0] % n_columns and not image[1] % rows and image[1] >= rows),
        None,
    )
    return "" if fits is None else f", perhaps {image[0] // n_columns} and {image[1] // fits}"


def _columns_of_square(n_points: int) -> int:
    """Columns of the smallest grid of as many rows that has room for all points."""
    return math.isqrt(max(0, n_points - 1)) + 1


def _spelled(size: Size) -> str:
    return f"{size[0]:,} x {size[1]:,} px"
