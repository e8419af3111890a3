"""Sprite atlases: one image with the thumbnails of all points. Only the image's header is read here."""

from __future__ import annotations

import math
import struct
from typing import Final

from PIL import Image

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.digests import files_digest
from projector_loader.model import Shape, SpriteGeometry

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def read_geometry(file: AssetPath, thumbnail_px: Shape | None, n_points: int) -> SpriteGeometry:
    """The geometry of an atlas, from the image's own size.

    Args:
        file: the image.
        thumbnail_px: (width, height) of one thumbnail, as the config gives it; None where the atlas is the smallest
            grid of as many columns as rows that has room for all points.
        n_points: thumbnails that the image has to hold.

    Raises:
        NotFound, Conflict: the image is missing, is none, or cannot be cut into that many thumbnails of that size.
    """
    if thumbnail_px is None:
        width, height, _ = _image_header(file)
        n_columns = math.isqrt(n_points - 1) + 1
        thumbnail_px = (max(1, width // n_columns), max(1, height // n_columns))
    if len(thumbnail_px) != 2 or 0 in thumbnail_px:
        raise Conflict(
            f"The sprite {file.name} needs two single_image_dim values above 0 in the config, width and height of one"
            f" thumbnail in pixels; the config gives {list(thumbnail_px) or 'none'}."
        )
    width, height, media_type = _image_header(file)
    thumbnail_width, thumbnail_height = thumbnail_px
    n_columns, n_rows = width // thumbnail_width, height // thumbnail_height
    if n_columns == 0 or n_rows == 0:
        raise Conflict(
            f"The sprite {file.name} is {width} x {height} px, smaller than one thumbnail of {thumbnail_width} x"
            f" {thumbnail_height} px; check single_image_dim."
        )
    if n_columns * n_rows < n_points:
        raise Conflict(
            f"The sprite {file.name} is {width} x {height} px and holds {n_columns} x {n_rows} thumbnails of"
            f" {thumbnail_width} x {thumbnail_height} px, fewer than the {n_points:,} points; check single_image_dim."
        )
    return SpriteGeometry(
        image_width_px=width,
        image_height_px=height,
        thumbnail_width_px=thumbnail_width,
        thumbnail_height_px=thumbnail_height,
        n_columns=n_columns,
        media_type=media_type,
        digest=files_digest("sprite", thumbnail_px, (file,)),
    )


def _image_header(file: AssetPath) -> tuple[int, int, str]:
    """Width and height in pixels, and the media type."""
    opened = open_file(file)
    with opened.stream as stream:
        try:
            with Image.open(stream, formats=_FORMATS) as image:
                return (*image.size, Image.MIME[str(image.format)])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Conflict(
                f"The sprite {file.name} has too many pixels to show; make its thumbnails smaller."
            ) from error
        except (OSError, SyntaxError, ValueError, OverflowError, struct.error) as error:
            known = ", ".join(_FORMATS)
            raise Conflict(f"The sprite {file.name} is damaged or no image of a known format ({known}).") from error
