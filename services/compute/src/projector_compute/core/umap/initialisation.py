"""Where the points start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]

_EXTENT = 10.0
"""Of the start, along every dimension: so far apart that connections alone arrange the points."""
_JITTER = 1e-4
"""Standard deviation, in the layout's unit: points at the very same place would never part."""


def wide_start(coordinates: Float32Array, seed: int) -> Float32Array:
    """Coordinates stretched to 0 to 10 along each dimension, with some jitter; those without extent start at random.

    Args:
        coordinates: ``(n_points, n_dims)``, in any unit.
        seed: of the jitter.
    """
    rng = np.random.default_rng(seed)
    low, extent = coordinates.min(axis=0), np.ptp(coordinates.astype(np.float64), axis=0)
    spread = rng.uniform(high=_EXTENT, size=coordinates.shape)
    stretched = np.divide(_EXTENT * (coordinates - low), extent, out=spread, where=extent > 0)
    return np.asarray(stretched + rng.normal(scale=_JITTER, size=coordinates.shape), np.float32)


def random_start(n_points: int, n_dims: int, seed: int) -> Float32Array:
    """Evenly over the same extent, float32 ``(n_points, n_dims)``."""
    return np.random.default_rng(seed).uniform(high=_EXTENT, size=(n_points, n_dims)).astype(np.float32)
