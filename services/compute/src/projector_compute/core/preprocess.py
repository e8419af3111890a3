"""What is done to rows before a projection looks at them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]

_BLOCK_VALUES = 2**21
_FLOAT32 = np.finfo(np.float32)


def _blocks(points: Float32Array) -> Iterator[slice]:
    n_rows = max(1, _BLOCK_VALUES // points.shape[1])
    for start in range(0, len(points), n_rows):
        yield slice(start, start + n_rows)


def rows_not_finite(points: Float32Array) -> NDArray[np.intp]:
    """Indices of the rows that hold NaN or an infinite value, ascending."""
    found = [rows.start + np.flatnonzero(~np.isfinite(points[rows]).all(axis=1)) for rows in _blocks(points)]
    return np.concatenate(found)


def binary_scale(largest: float) -> float:
    """A power of two near a largest magnitude: dividing by it is exact and leaves no value above 2; 1 for zero.

    Near, not above: the power above float32's largest numbers is infinite in float32.
    """
    return math.ldexp(1.0, min(math.frexp(largest)[1], _FLOAT32.maxexp - 1)) if largest > 0 else 1.0


def unit_scale(points: Float32Array) -> Float32Array:
    """The points centred and divided by a power of two, so that no value exceeds 2 and squares stay in float32's range.

    Projections that only compare distances with one another do not feel the difference.
    """
    scaled = points / np.float32(binary_scale(float(np.abs(points).max(initial=0.0))))
    scaled -= scaled.mean(axis=0, dtype=np.float64).astype(np.float32)
    # A large common offset hid the rows' own extent from the first division.
    scaled /= np.float32(binary_scale(float(np.abs(scaled).max(initial=0.0))))
    return scaled


def unit_rows(points: Float32Array) -> Float32Array:
    """The points on the unit sphere, where squared Euclidean distance is ``2 (1 - cos)``; a row of zeros stays zero."""
    largest = np.abs(points).max(axis=1, keepdims=True, initial=0.0)
    # Dividing by the largest value first keeps the squares of very large or small rows in range.
    unit = points / np.where(largest > 0, largest, np.float32(1))
    norms = np.sqrt(np.einsum("ij,ij->i", unit, unit))[:, np.newaxis]
    unit /= np.where(norms > 0, norms, np.float32(1))
    return np.asarray(unit, np.float32)
