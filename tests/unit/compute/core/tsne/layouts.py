"""Layouts and random affinities for tests of the forces, and the forces by the book in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import Affinities


def layout_of(n_points: int, n_dims: int, extent: float = 5.0, seed: int = 0) -> NDArray[np.float32]:
    return (extent * np.random.default_rng(seed).normal(size=(n_points, n_dims))).astype(np.float32)


def random_affinities(n_points: int, density: float, seed: int = 0) -> tuple[Affinities, NDArray[np.float64]]:
    """Symmetric, sum 1, empty diagonal: as ``Affinities`` and as a matrix."""
    rng = np.random.default_rng(seed)
    matrix = rng.random((n_points, n_points)) * (rng.random((n_points, n_points)) < density)
    matrix = np.triu(matrix, 1)
    matrix += matrix.T
    narrow = (matrix / matrix.sum()).astype(np.float32)
    rows, columns = np.nonzero(narrow)
    indptr = np.searchsorted(rows, np.arange(n_points + 1)).astype(np.int64)
    return Affinities(indptr, columns.astype(np.int32), narrow[rows, columns]), narrow.astype(np.float64)


def differences_and_kernel(layout: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``y_i - y_j`` and ``1 / (1 + |y_i - y_j|^2)`` with an empty diagonal."""
    wide = layout.astype(np.float64)
    differences = wide[:, np.newaxis] - wide
    kernel = 1.0 / (1.0 + (differences**2).sum(axis=2))
    np.fill_diagonal(kernel, 0.0)
    return differences, kernel
