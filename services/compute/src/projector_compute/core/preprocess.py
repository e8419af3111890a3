"""What is done to rows before a projection looks at them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.moments import finite_moments

Float32Array = NDArray[np.float32]

_BLOCK_VALUES = 2**21
_FLOAT32 = np.finfo(np.float32)


def row_blocks(points: Rows) -> Iterator[slice]:
    """Slices of some million values each."""
    n_rows = max(1, _BLOCK_VALUES // points.shape[1])
    for start in range(0, len(points), n_rows):
        yield slice(start, start + n_rows)


def rows_not_finite(points: Float32Array) -> NDArray[np.intp]:
    """Indices of the rows that hold NaN or an infinite value, ascending."""
    found = [rows.start + np.flatnonzero(~np.isfinite(points[rows]).all(axis=1)) for rows in row_blocks(points)]
    return np.concatenate(found)


def binary_scale(largest: float) -> float:
    """A power of two near a largest magnitude: dividing by it is exact and leaves no value above 2; 1 for zero.

    Near, not above: the power above float32's largest numbers is infinite in float32.
    """
    return math.ldexp(1.0, min(math.frexp(largest)[1], _FLOAT32.maxexp - 1)) if largest > 0 else 1.0


@dataclass(frozen=True, eq=False)
class Transform:
    """Rows become ``(row - shift) * scale``, and then of unit length where ``to_unit``; a row of zeros stays zero.

    Attributes:
        shift, scale: of each dimension, float64 ``(n_dims,)``.
    """

    shift: NDArray[np.float64]
    scale: NDArray[np.float64]
    to_unit: bool

    def __call__(self, rows: Float32Array) -> Float32Array:
        """The rows transformed, float32 of the same shape; theirs stay as they are."""
        moved = (rows - self.shift) * self.scale
        return unit_rows(moved) if self.to_unit else moved.astype(np.float32)


def spherizing(embedding: Float32Array) -> Transform:
    """To the unit sphere around the mean of all finite rows of the embedding (TensorBoard's "sphereize data")."""
    moments = finite_moments(embedding)
    return Transform(moments.mean, np.ones_like(moments.mean), to_unit=True)


def z_scoring(embedding: Float32Array) -> Transform:
    """Each dimension to mean 0 and variance 1 over all finite rows of the embedding; constant ones to 0."""
    moments = finite_moments(embedding)
    return Transform(moments.mean, moments.inverse_deviation, to_unit=False)


class Rows(Protocol):
    """Rows that can be had by slices: an array, or rows that are transformed as they are read."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, rows: slice, /) -> Float32Array: ...


class TransformedRows:
    """Rows of a mapped embedding, transformed whenever they are read and never kept."""

    def __init__(self, points: Float32Array, transform: Transform) -> None:
        self._points = points
        self._transform = transform

    @property
    def shape(self) -> tuple[int, ...]:
        return self._points.shape

    def __len__(self) -> int:
        return len(self._points)

    def __getitem__(self, rows: slice, /) -> Float32Array:
        points = self._points[rows]
        result = np.empty(points.shape, np.float32)
        for block in row_blocks(points):  # so that what is computed in float64 stays small
            result[block] = self._transform(points[block])
        return result


def unit_scale(points: Float32Array) -> Float32Array:
    """The points centred and divided by a power of two, so that no value exceeds 2 and squares stay in float32's range.

    Projections that only compare distances with one another do not feel the difference.
    """
    scaled = points / np.float32(binary_scale(float(np.abs(points).max(initial=0.0))))
    scaled -= scaled.mean(axis=0, dtype=np.float64).astype(np.float32)
    # A large common offset hid the rows' own extent from the first division.
    scaled /= np.float32(binary_scale(float(np.abs(scaled).max(initial=0.0))))
    return scaled


def unit_rows(points: NDArray[np.floating]) -> Float32Array:
    """The points on the unit sphere, where squared Euclidean distance is ``2 (1 - cos)``; a row of zeros stays zero."""
    largest = np.abs(points).max(axis=1, keepdims=True, initial=0.0)
    # Dividing by the largest value first keeps the squares of very large or small rows in range.
    unit = points / np.where(largest > 0, largest, 1).astype(points.dtype)
    norms = np.sqrt(np.einsum("ij,ij->i", unit, unit))[:, np.newaxis]
    unit /= np.where(norms > 0, norms, 1).astype(points.dtype)
    return np.asarray(unit, np.float32)
