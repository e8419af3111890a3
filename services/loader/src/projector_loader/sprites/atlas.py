"""The image file of a sprite atlas: its size, read from the header alone, and its thumbnails as pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.sprites.levels import Size

Cells = NDArray[np.uint8]
"""Thumbnails as ``(n, height, width, n_channels)``; 1 channel is grey, 3 are RGB, 4 are RGBA, not premultiplied."""

PixelMode = Literal["L", "RGB", "RGBA"]

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    OverflowError,
    EOFError,
    IndexError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for a file that is damaged or of another format."""
_SCANNED_ROWS: Final = 256


@dataclass(frozen=True)
class AtlasGrid:
    """How an atlas is cut: point i shows column ``i mod n_columns``, row ``i div n_columns``, from the top left.

    Attributes:
        thumbnail: size of a thumbnail in the file.
        n_columns: thumbnails in a row.
        full_size: what each is scaled to.
    """

    thumbnail: Size
    n_columns: int
    full_size: Size


def read_size(file: AssetPath) -> Size:
    """Width and height of an image, from its header.

    Raises:
        NotFound, Conflict: the file is missing, or no image of a known format.
    """
    with _opened(file) as image:
        return image.size


class Atlas:
    """An image whose pixels are in memory; ``decoded`` gives one."""

    def __init__(self, image: Image.Image, grid: AtlasGrid) -> None:
        self._image = image
        self._grid = grid
        self._mode = _plainest_mode(image)

    @property
    def n_channels(self) -> int:
        """Of its thumbnails: no more than their colours need."""
        return Image.getmodebands(self._mode)

    def cut(self, first: int, n_cells: int) -> Cells:
        """Thumbnails in the order of their points, at full size."""
        return np.concatenate([self._strip(*span) for span in self._spans(first, n_cells)])

    def _spans(self, first: int, n_cells: int) -> Iterator[tuple[int, int, int]]:
        """(row, column, count) of thumbnails that lie side by side."""
        n_columns = self._grid.n_columns
        while n_cells > 0:
            row, column = divmod(first, n_columns)
            count = min(n_cells, n_columns - column)
            yield row, column, count
            first, n_cells = first + count, n_cells - count

    def _strip(self, row: int, column: int, count: int) -> Cells:
        width, height = self._grid.thumbnail
        left, top = column * width, row * height
        if self._grid.full_size == self._grid.thumbnail:
            pixels = _pixels(self._crop(left, top, count * width, height))
            return pixels.reshape(height, count, width, -1).swapaxes(0, 1)
        # Each is cut out before it is scaled, so that the filter sees nothing of its neighbors.
        cells = [self._crop(left + place * width, top, width, height) for place in range(count)]
        return np.stack([_pixels(cell.resize(self._grid.full_size, Image.Resampling.HAMMING)) for cell in cells])

    def _crop(self, left: int, top: int, width: int, height: int) -> Image.Image:
        cut = _in_eight_bits(self._image.crop((left, top, left + width, top + height)))
        return cut if cut.mode == self._mode else cut.convert(self._mode)


@contextmanager
def decoded(file: AssetPath, grid: AtlasGrid) -> Iterator[Atlas]:
    """The whole image in memory, up to 4 bytes a pixel, given back at the end.

    Raises:
        NotFound, Conflict: the file is missing, damaged or cut off.
    """
    with _opened(file) as image:
        try:
            image.load()
        except _DAMAGE as error:
            raise _damaged(file) from error
        yield Atlas(image, grid)


@contextmanager
def _opened(file: AssetPath) -> Iterator[Image.Image]:
    with open_file(file).stream as stream:
        try:
            image = Image.open(stream, formats=_FORMATS)
        except _DAMAGE as error:
            raise _damaged(file) from error
        with image:
            yield image


def _damaged(file: AssetPath) -> Conflict:
    known = ", ".join(_FORMATS)
    return Conflict(
        f"The sprite {file.name} is damaged, cut off or no image of a known format ({known}); write it again."
    )


def _plainest_mode(image: Image.Image) -> PixelMode:
    """Grey where all pixels are grey, RGB where all are opaque: digits are often stored as RGBA."""
    if _is_deep(image):
        return "L"
    if image.has_transparency_data and not all(_is_opaque(rows) for rows in _bands_of_rows(image)):
        return "RGBA"
    return "L" if all(_is_grey(rows) for rows in _bands_of_rows(image)) else "RGB"


def _bands_of_rows(image: Image.Image) -> Iterator[Image.Image]:
    for top in range(0, image.height, _SCANNED_ROWS):
        yield image.crop((0, top, image.width, min(image.height, top + _SCANNED_ROWS)))


def _is_opaque(image: Image.Image) -> bool:
    return image.convert("RGBA").getchannel("A").getextrema() == (255, 255)


def _is_grey(image: Image.Image) -> bool:
    if image.mode in ("1", "L", "LA"):
        return True
    red, green, blue = image.convert("RGB").split()
    return not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))


def _is_deep(image: Image.Image) -> bool:
    """Whether it has one channel of more than 8 bits."""
    return image.mode.startswith("I")


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """16 bits are cut to their upper 8; Pillow's own conversion would make all above 255 white."""
    return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if _is_deep(image) else image


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """As ``(height, width, n_channels)``."""
    return np.asarray(image).reshape(image.height, image.width, -1)
