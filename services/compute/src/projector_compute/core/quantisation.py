"""Layouts in 16 bits a coordinate, for frames of many points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEVELS = 65535
_SMALLEST_EXTENT = 2.0**-100
"""Far below what a layout can show; levels of a smaller extent would exceed float32."""


@dataclass(frozen=True)
class Quantised:
    """``offset[d] + scale[d] * codes[:, d]`` is the layout, to within half a ``scale``.

    Attributes:
        codes: uint16 ``(n_points, n_dims)``.
        scale, offset: one value a dimension, in the layout's unit.
    """

    codes: NDArray[np.uint16]
    scale: tuple[float, ...]
    offset: tuple[float, ...]


def quantise(layout: NDArray[np.float32]) -> Quantised:
    """Spread 65,536 levels over each dimension's extent; a dimension with no extent, or next to none, gets scale 0.

    Args:
        layout: ``(n_points, n_dims)``, finite, at least one row.
    """
    lowest, highest = layout.min(axis=0), layout.max(axis=0)
    extent = highest.astype(np.float64) - lowest
    scale = np.where(extent < _SMALLEST_EXTENT, 0.0, extent) / _LEVELS
    levels_per_unit = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0)
    codes = layout - lowest
    codes *= levels_per_unit.astype(np.float32)
    np.minimum(np.rint(codes, out=codes), _LEVELS, out=codes)
    return Quantised(codes.astype(np.uint16), tuple(scale.tolist()), tuple(lowest.astype(np.float64).tolist()))
