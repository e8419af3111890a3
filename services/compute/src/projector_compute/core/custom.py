"""Linear projection on directions that people choose.

Source: D. Smilkov et al., "Embedding Projector: Interactive Visualization and Interpretation of Embeddings", NIPS 2016
workshop: an axis leads from the centroid of some rows to the centroid of others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.preprocess import Rows, Transform, row_blocks

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
UInt32Array = NDArray[np.uint32]

_PARALLEL = 1e-9
"""Of a direction's length: with less than that left beside the other axes it has none of its own."""


@dataclass(frozen=True, eq=False)
class Direction:
    """From one centroid to another, each of as many finite rows; none stands for the origin.

    Attributes:
        vector: float64 ``(n_dims,)``.
    """

    vector: Float64Array
    n_from: int
    n_to: int

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.vector))


def direction(
    embedding: Float32Array, from_rows: UInt32Array, to_rows: UInt32Array, transform: Transform | None
) -> Direction:
    """Between the centroids of some rows of an embedding, transformed; rows that are not finite are passed over."""
    start, n_from = _centroid(embedding, from_rows, transform)
    end, n_to = _centroid(embedding, to_rows, transform)
    return Direction(end - start, n_from, n_to)


def axes_of(directions: Sequence[Direction], *, normalise: bool, orthogonalise: bool) -> Float64Array:
    """Vectors to project on, float64 ``(n_dims, n_axes)``.

    Args:
        normalise: to unit length.
        orthogonalise: each without its part along those before it (Gram-Schmidt).

    Raises:
        ArithmeticError: a direction has no length, or none beside the ones before it; the text names it by its number.
    """
    axes: list[Float64Array] = []
    for number, each in enumerate(directions):
        vector, length = each.vector, each.length
        if not length > 0:
            raise ArithmeticError(f"axis {number} leads from a centroid to the same one")
        if orthogonalise:
            for before in axes:
                vector = vector - before * (before @ vector / (before @ before))
            if np.linalg.norm(vector) <= _PARALLEL * length:
                raise ArithmeticError(f"axis {number} leads the same way as those before it")
        axes.append(vector)
    stacked = np.stack(axes, axis=1)
    return np.asarray(stacked / np.linalg.norm(stacked, axis=0) if normalise else stacked)


def project(points: Rows, axes: Float64Array) -> Float32Array:
    """``x . axis`` of every row and axis, float32 ``(n_points, n_axes)``."""
    layout = np.empty((len(points), axes.shape[1]), np.float32)
    for rows in row_blocks(points):
        layout[rows] = points[rows] @ axes
    return layout


def _centroid(embedding: Float32Array, rows: UInt32Array, transform: Transform | None) -> tuple[Float64Array, int]:
    members = embedding[rows]
    members = members[np.isfinite(members).all(axis=1)]
    if transform is not None:
        members = transform(members)
    if not len(members):
        return np.zeros(embedding.shape[1]), 0
    return members.mean(axis=0, dtype=np.float64), len(members)
