"""Neighbors of all rows for a projection: exact where that takes at most about a minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.approximate_neighbors import approximate_neighbors
from projector_compute.core.neighbors import NeighborTable, nearest_neighbors

EXACT_WORK = 1e13
"""``n_points^2 * n_dims`` up to which all pairs are compared, a minute on two cores: 280,000 rows of 128 dimensions, or
110,000 of 784."""


@dataclass(frozen=True, eq=False)
class NeighborGraph:
    """Neighbors, and how far they can be trusted.

    Attributes:
        recall: part of the true neighbors that was found; 1 where all pairs were compared.
        n_sampled: rows on which the recall was measured; 0 where all pairs were compared.
    """

    table: NeighborTable
    recall: float
    n_sampled: int


def neighbor_graph(
    points: NDArray[np.float32],
    n_neighbors: int,
    *,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
) -> NeighborGraph:
    """All rows' nearest other rows; arguments as of ``approximate_neighbors``, ``n_neighbors`` may be 0."""
    n_points, n_dims = points.shape
    if float(n_points) ** 2 * n_dims <= EXACT_WORK or n_neighbors == 0:
        return NeighborGraph(nearest_neighbors(points, n_neighbors, progress), 1.0, 0)
    found = approximate_neighbors(points, n_neighbors, seed=seed, progress=progress)
    return NeighborGraph(found.table, found.recall, found.n_sampled)
