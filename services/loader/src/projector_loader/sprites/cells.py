"""Thumbnails at all levels in one file: uncompressed, cell after cell, so that any of them are read at once.

The file holds level 0, level 1 and so on; each is ``(n_points, cell_height, cell_width, n_channels)`` bytes. The number
of channels follows from its size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
from PIL import Image

from projector_loader.model import SpriteLevel
from projector_loader.sprites.atlas import Atlas, Cells

_CHUNK_PIXELS: Final = 2**22
"""Cells are made so many pixels at a time: large enough to be fast, small beside the decoded atlas."""
_CHANNELS: Final = (1, 3, 4)


@dataclass(frozen=True)
class CellLayout:
    """Where each level lies in the file."""

    levels: tuple[SpriteLevel, ...]
    n_points: int

    @property
    def n_pixels(self) -> int:
        return sum(self._pixels_of(level) for level in range(len(self.levels)))

    def start_of(self, level: int) -> int:
        """Pixels before a level."""
        return sum(self._pixels_of(before) for before in range(level))

    def cell_pixels(self, level: int) -> int:
        return self.levels[level].cell_width_px * self.levels[level].cell_height_px

    def _pixels_of(self, level: int) -> int:
        return self.n_points * self.cell_pixels(level)


class CellFile:
    """A complete file of cells, read without keeping it in memory.

    Raises:
        OSError: it cannot be opened.
        ValueError: its size is not that of the layout.
    """

    def __init__(self, path: Path, layout: CellLayout) -> None:
        self._layout = layout
        self._bytes = np.memmap(path, np.uint8, "r")
        self._n_channels, rest = divmod(self._bytes.size, layout.n_pixels)
        if rest or self._n_channels not in _CHANNELS:
            raise ValueError(f"{self._bytes.size} bytes are no cells of {layout.n_pixels} pixels")

    def read(self, level: int, rows: slice | np.ndarray) -> Cells:
        """The cells of some points, in the order of ``rows``."""
        layout, n_channels = self._layout, self._n_channels
        start = layout.start_of(level) * n_channels
        shape = (
            layout.n_points,
            layout.levels[level].cell_height_px,
            layout.levels[level].cell_width_px,
            n_channels,
        )
        return np.array(self._bytes[start : start + math.prod(shape)].reshape(shape)[rows])


def write_cells(file: IO[bytes], atlas: Atlas, layout: CellLayout) -> None:
    """Cut an atlas and write all levels.

    Raises:
        OSError: no room is left.
    """
    n_channels = atlas.n_channels
    for first, cells in _full_size_cells(atlas, layout):
        for level, shrunk in enumerate(_halvings(cells, len(layout.levels))):
            file.seek((layout.start_of(level) + first * layout.cell_pixels(level)) * n_channels)
            file.write(shrunk.tobytes())


def _full_size_cells(atlas: Atlas, layout: CellLayout) -> Iterator[tuple[int, Cells]]:
    """(number of the first, cells) from the first point to the last."""
    full = layout.levels[0]
    n_chunk = max(1, _CHUNK_PIXELS // layout.cell_pixels(0))
    for first in range(0, layout.n_points, n_chunk):
        cells = atlas.cut(first, min(n_chunk, layout.n_points - first))
        below, right = full.cell_height_px - cells.shape[1], full.cell_width_px - cells.shape[2]
        # A repeated edge looks like the thumbnail's own border at every level.
        yield first, np.pad(cells, ((0, 0), (0, below), (0, right), (0, 0)), "edge") if below or right else cells


def _halvings(cells: Cells, n_levels: int) -> Iterator[Cells]:
    """The cells, then each time half as wide and high; means of 2 x 2 pixels, weighted by opacity."""
    yield cells
    for _ in range(n_levels - 1):
        n_cells, height, width, n_channels = cells.shape
        # One above the other they are an image whose 2 x 2 blocks never reach from one cell into the next.
        stacked = cells.reshape(n_cells * height, width, *([n_channels] if n_channels > 1 else []))
        cells = np.asarray(Image.fromarray(stacked).reduce(2)).reshape(n_cells, height // 2, width // 2, n_channels)
        yield cells
