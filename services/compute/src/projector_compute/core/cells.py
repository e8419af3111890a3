"""Rows of an embedding in cells, each nearest to its own centroid (k-means on a sample)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Float32Array = NDArray[np.float32]
Int64Array = NDArray[np.int64]

_SAMPLE_PER_CELL = 50
_ROUNDS = 8
"""More make the cells hardly better for a search, whatever they do for the sum of squares."""
_BLOCK_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Cells:
    """A partition of rows.

    Attributes:
        order: int64 ``(n_points,)``, the rows, cell after cell, ascending in each.
        starts: int64 ``(n_cells + 1,)``, where each cell begins in ``order``, and the end.
        centroids: float32 ``(n_cells, n_dims)``.
    """

    order: Int64Array
    starts: Int64Array
    centroids: Float32Array

    def of_positions(self, positions: Int64Array) -> Int64Array:
        """In which cells positions of ``order`` are."""
        return np.asarray(np.searchsorted(self.starts, positions, side="right") - 1)


def cells_of(points: Float32Array, n_cells: int, seed: int) -> Cells:
    """Partition the points, ``(n_points, n_dims)``, finite; the same seed gives the same cells."""
    rng = np.random.default_rng(seed)
    n_sampled = min(len(points), n_cells * _SAMPLE_PER_CELL)
    sample = points[np.sort(rng.choice(len(points), n_sampled, replace=False))]
    centroids = sample[rng.choice(n_sampled, n_cells, replace=False)]
    for _ in range(_ROUNDS):
        nearest = nearest_centroids(sample, centroids)
        counts = np.bincount(nearest, minlength=n_cells)
        members = csr_array((np.ones(n_sampled, np.float32), (nearest, np.arange(n_sampled))), (n_cells, n_sampled))
        centroids = np.asarray(members @ sample, np.float32)
        centroids /= np.maximum(counts, 1)[:, np.newaxis].astype(np.float32)
        empty = np.flatnonzero(counts == 0)
        centroids[empty] = sample[rng.choice(n_sampled, len(empty), replace=False)]
    cell = nearest_centroids(points, centroids)
    starts = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=n_cells))])
    return Cells(np.argsort(cell, kind="stable"), starts, centroids)


def nearest_centroids(points: Float32Array, centroids: Float32Array) -> Int64Array:
    """Of each point, ``(n_points,)``."""
    norms = np.einsum("ij,ij->i", centroids, centroids)
    nearest = np.empty(len(points), np.int64)
    for start in range(0, len(points), _BLOCK_ROWS):
        block = points[start : start + _BLOCK_ROWS]
        nearest[start : start + len(block)] = np.argmin(norms - 2 * (block @ centroids.T), axis=1)
    return nearest
