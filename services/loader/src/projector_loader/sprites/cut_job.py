"""Decoding an atlas and writing its cells: the work of seconds that is done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from projector_loader.asset_paths import AssetPath
from projector_loader.model import SpriteGeometry
from projector_loader.sprites.atlas import AtlasGrid, decoded
from projector_loader.sprites.cells import CellLayout, write_cells
from projector_loader.sprites.levels import Size, full_size, sprite_levels


@dataclass(frozen=True)
class CutJob:
    """An atlas to cut.

    Attributes:
        file: the image.
        thumbnail: size of a thumbnail in the file.
        n_columns: thumbnails in a row of the file.
        n_points: how many are cut.
    """

    file: AssetPath
    thumbnail: Size
    n_columns: int
    n_points: int

    @staticmethod
    def of(file: AssetPath, geometry: SpriteGeometry, n_points: int) -> CutJob:
        thumbnail = geometry.thumbnail_width_px, geometry.thumbnail_height_px
        return CutJob(file, thumbnail, geometry.n_columns, n_points)

    @property
    def layout(self) -> CellLayout:
        """Where the cells go."""
        return CellLayout(sprite_levels(full_size(self.thumbnail), self.n_points), self.n_points)


Cut = Callable[[CutJob, Path], None]
"""Does a job and writes the cells to a path.

Raises:
    NotFound, Conflict: the image is missing, damaged or cut off.
    OSError: the cells cannot be written.
"""


def cut_atlas(job: CutJob, out: Path) -> None:
    """A ``Cut`` that works in this process."""
    grid = AtlasGrid(job.thumbnail, job.n_columns, full_size(job.thumbnail))
    with decoded(job.file, grid) as atlas, out.open("wb") as file:
        write_cells(file, atlas, job.layout)
