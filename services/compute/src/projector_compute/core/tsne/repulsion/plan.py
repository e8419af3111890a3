"""One way to sum the repulsion of a layout. No numerics, so that it may be part of a job's saved state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]
Shape = tuple[int, int, int]

BORDER = 6
"""Mesh points beyond the layout on each axis, for the splines and for what the sharpened kernel leaves around."""
SLACK = 1.04
"""Room to grow; a layout that outgrows it is planned anew."""
_SHRUNK = 0.7
"""Of what there is room for; a layout that has become smaller is planned anew, as its mesh is too coarse for it."""
_LOWERED_BELOW = 1.5
"""Largest extent at which the mesh sums ``q - 1``; see ``FarKernel.is_lowered``."""


@dataclass(frozen=True)
class Plan:
    """One way to sum.

    Attributes:
        cutoff: where the near part ends, in the layout's unit; 0: there is none.
        spacing: between mesh points, in the layout's unit; 0: no mesh, sum over all pairs.
        exponent: nu of the split, see ``near``.
        padded: mesh points along each of three axes; 1 along one that does not exist.
    """

    cutoff: float
    spacing: float
    exponent: int
    padded: Shape

    @property
    def is_exact(self) -> bool:
        return self.spacing == 0

    @property
    def room(self) -> Float64Array:
        """The largest extents that fit, ``(3,)``; 0 along an axis that does not exist."""
        return np.array([(size // 2 - BORDER) * self.spacing if size > 1 else 0.0 for size in self.padded])

    @property
    def is_lowered(self) -> bool:
        return not self.cutoff and bool(self.room.max() < _LOWERED_BELOW * SLACK)

    @property
    def occupied(self) -> Shape:
        """Mesh points along each axis that may hold charges."""
        x, y, z = (max(size // 2, 1) for size in self.padded)
        return x, y, z

    @property
    def cell_width(self) -> float:
        return self.cutoff or 4 * self.spacing

    @property
    def cells(self) -> Shape:
        """Cells along each axis."""
        x, y, z = (int(room / self.cell_width) + 1 for room in self.room)
        return x, y, z

    def fits(self, extents: Float64Array) -> bool:
        """Whether a layout of these extents, ``(n_dims,)``, may be summed so."""
        if self.is_exact:
            return True
        room = self.room[-len(extents) :]
        return bool((extents <= room).all() and extents.max() >= _SHRUNK * room.max())


EXACT = Plan(cutoff=0.0, spacing=0.0, exponent=0, padded=(1, 1, 1))
