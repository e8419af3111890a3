"""The thumbnails of an embedding: their geometry from the image's header, their pages when somebody wants them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from projector_chassis.errors import Conflict, InvalidArgument, NotFound
from projector_loader.asset_paths import AssetPath, stamp
from projector_loader.assets import SpriteFile
from projector_loader.file_cache import FAILURE_SECONDS, FileCache
from projector_loader.model import SpriteGeometry, SpriteLevel
from projector_loader.sprites.cell_cache import CellCache
from projector_loader.sprites.cells import CellFile
from projector_loader.sprites.cut_job import Cut, CutJob
from projector_loader.sprites.geometry import read_geometry
from projector_loader.sprites.levels import listed_columns
from projector_loader.sprites.pages import MEDIA_TYPE, encode_page

MAX_ROWS: Final = 256
"""Thumbnails that can be asked for by row at once."""
_N_CACHED_GEOMETRIES: Final = 1024
_PAGE_CACHE_BYTES: Final = 64 * 2**20
_MOST_CHANNELS: Final = 4


@dataclass(frozen=True)
class SpritePage:
    """An image of thumbnails; ``digest`` is that of the geometry it was made by."""

    content: bytes
    media_type: str
    digest: str


class SpriteReader:
    """Reads atlases.

    Args:
        cache_folder: where cut atlases are kept.
        cache_bytes: how much of them.
        max_pixels: larger images are refused; decoding takes up to 4 bytes of memory a pixel for a moment.
        cut: how an atlas is cut.
    """

    def __init__(self, cache_folder: Path, *, cache_bytes: int, max_pixels: int, cut: Cut) -> None:
        self._max_pixels = max_pixels
        self._cut = cut
        self._cells = CellCache(cache_folder, cache_bytes)
        self._geometries: FileCache[SpriteGeometry] = FileCache(_N_CACHED_GEOMETRIES)
        self._pages: FileCache[bytes] = FileCache(_PAGE_CACHE_BYTES, len)
        # One at a time is cut, and what cannot be is left alone for a while. The files are kept elsewhere.
        self._cuts: FileCache[Path] = FileCache(0, failure_seconds=FAILURE_SECONDS)
        # Pillow's own limit lies below ours, which is checked before anything is decoded.
        Image.MAX_IMAGE_PIXELS = None

    def geometry(self, sprite: SpriteFile, n_points: int) -> SpriteGeometry:
        """The levels of an atlas, from the image's header alone.

        Raises:
            NotFound, Conflict: the image is missing, is none, is too large or no whole number of thumbnails, or holds
                too few.
        """
        key = (sprite.file.absolute, sprite.file.name, stamp(sprite.file), sprite.thumbnail_px, n_points)
        return self._geometries.get(key, lambda: read_geometry(sprite, n_points, self._max_pixels))

    def read_page(self, sprite: SpriteFile, n_points: int, level: int, page: int) -> SpritePage:
        """One page of a level. The first look at an atlas decodes all of it, which may take seconds.

        Raises:
            NotFound: also when there is no such level or page.
            Conflict: as ``geometry``; also when the image turns out to be damaged, or the cache has no room.
        """
        geometry = self.geometry(sprite, n_points)
        grid = _level_of(geometry, level)
        if page >= grid.n_pages:
            raise NotFound(
                f"There is no page {page} at level {level} of the thumbnails; it has {grid.n_pages}, from 0."
            )

        def encode() -> bytes:
            cells = self._open_cells(sprite, geometry, n_points)
            first = page * grid.cells_per_page
            return encode_page(cells.read(level, slice(first, first + grid.cells_per_page)), grid.n_columns)

        content = self._pages.get((sprite.file.absolute, geometry.digest, level, page), encode)
        return SpritePage(content, MEDIA_TYPE, geometry.digest)

    def read_rows(self, sprite: SpriteFile, n_points: int, level: int, rows: NDArray[np.uint32]) -> SpritePage:
        """The thumbnails of some points as one image, row-major in their order, in ``listed_columns`` columns.

        Args:
            rows: uint32 ``(n,)``, at most ``MAX_ROWS``.

        Raises:
            InvalidArgument: there are none, too many, or numbers beyond the points.
            NotFound, Conflict: as ``read_page``.
        """
        geometry = self.geometry(sprite, n_points)
        grid = _level_of(geometry, level)
        if not 0 < len(rows) <= MAX_ROWS:
            raise InvalidArgument(f"{len(rows):,} rows are listed; from 1 to {MAX_ROWS} can be. Ask several times.")
        if rows.max() >= n_points:
            raise InvalidArgument(f"Row {rows.max():,} is listed, but there are {n_points:,} points, numbered from 0.")
        cells = self._open_cells(sprite, geometry, n_points).read(level, rows)
        return SpritePage(encode_page(cells, listed_columns(grid, len(rows))), MEDIA_TYPE, geometry.digest)

    def _open_cells(self, sprite: SpriteFile, geometry: SpriteGeometry, n_points: int) -> CellFile:
        job = CutJob.of(sprite.file, geometry, n_points)
        layout = job.layout
        key = _cells_key(sprite.file, geometry)
        path = self._cells.find(key)
        if path is not None:
            try:
                return CellFile(path, layout)
            except (OSError, ValueError):
                self._cells.drop(key)  # gone by now, or cut off when the machine went down

        def write(out: Path) -> None:
            self._cut(job, out)
            if self.geometry(sprite, n_points) != geometry:
                raise Conflict(f"The sprite {sprite.file.name} has changed while it was read; open it again.")

        made = self._cuts.get(key, lambda: self._cells.make(key, _MOST_CHANNELS * layout.n_pixels, write))
        return CellFile(made, layout)


def _level_of(geometry: SpriteGeometry, level: int) -> SpriteLevel:
    if level >= len(geometry.levels):
        raise NotFound(f"There is no level {level} of the thumbnails; there are {len(geometry.levels)}, from 0.")
    return geometry.levels[level]


def _cells_key(file: AssetPath, geometry: SpriteGeometry) -> str:
    """Digests alone are not enough: they know the size and time of a file, but not which file it is."""
    return hashlib.sha256(os.fsencode(file.absolute) + geometry.digest.encode()).hexdigest()
