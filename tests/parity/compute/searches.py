"""Neighbors by looking at every pair, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Distances = NDArray[np.float32]


def nearest_of(distances: NDArray[np.float64], row: int, n_neighbors: int) -> tuple[Rows, Distances]:
    """The nearest others among all rows, ascending by distance as float32, ties by row."""
    narrow = distances.astype(np.float32)
    narrow[row] = np.inf
    order = np.argsort(narrow, kind="stable")[:n_neighbors]
    return order, narrow[order]


def squared_distances(points: NDArray[np.float32], row: int) -> NDArray[np.float64]:
    differences = points.astype(np.float64) - points[row]
    return np.asarray((differences**2).sum(axis=1))


def cosine_distances(points: NDArray[np.float32], row: int) -> NDArray[np.float64]:
    """``1 - cos`` as half the squared distance of unit rows, which keeps its digits where it is small."""
    wide = points.astype(np.float64)
    unit = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(((unit - unit[row]) ** 2).sum(axis=1) / 2)


def clusters(n_clusters: int, n_each: int, n_dims: int, spread: float) -> NDArray[np.float32]:
    """Clouds of one spread around centres that lie about sqrt(2 n_dims) apart."""
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(size=(n_clusters, n_dims)), n_each, axis=0)
    return np.asarray(rng.permutation(centres + spread * rng.normal(size=centres.shape)), np.float32)


def lattice(side: int) -> NDArray[np.float32]:
    """All points with whole coordinates in a cube: every distance is met many times."""
    grid = np.meshgrid(*[np.arange(side)] * 3, indexing="ij")
    return np.random.default_rng(0).permutation(np.stack(grid, axis=-1).reshape(-1, 3)).astype(np.float32)
