"""Compile every kernel, or read it from the cache, before there is a job that would have to wait for it."""

from __future__ import annotations

import numpy as np

from projector_compute.core.moments import finite_moments
from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import spherizing
from projector_compute.core.quality import layout_quality
from projector_compute.core.search_space import transformed_space
from projector_compute.core.tsne.affinities import joint_affinities
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.repulsion.summation import Repulsion
from projector_compute.core.tsne.schedule import Schedule
from projector_compute.core.umap.curve import fit_curve
from projector_compute.core.umap.epochs import Descent
from projector_compute.core.umap.graph import fuzzy_graph
from projector_compute.core.umap.initialisation import random_start

_POINTS = 16
_EQUAL_POINTS = 13
"""So many that neighbors are searched for among all rows, too."""
_POINTS_OF_TWO_BLOCKS = 1100
"""So many that matrix products are offered to their columns, too."""


def warm_up_queries() -> None:
    """Search among a few rows, as queries do."""
    points = np.random.default_rng(0).normal(size=(_POINTS, 2)).astype(np.float32)
    finite_moments(points)
    space = transformed_space(points)
    for distance in Distance:
        nearest(space, np.array([0]), 3, distance)


_MANY_POINTS = 4_000
_EXTENTS = (1.0, 100.0)
"""Layouts whose repulsion is summed on a mesh, without and with pairs nearby."""


def warm_up() -> None:
    """Run a tiny t-SNE in 2 and in 3 dimensions through the functions that a job calls.

    Kernels are compiled for the types they are called with; taking the real road is the one way to meet just those.
    """
    rng = np.random.default_rng(0)
    nearest_neighbors(rng.normal(size=(_POINTS_OF_TWO_BLOCKS, 1)).astype(np.float32), 1)
    points = rng.normal(size=(_POINTS, 4)).astype(np.float32)
    layout_quality(points, points[:, :2].copy(), 3, seed=0)
    points[:_EQUAL_POINTS] = points[0]
    spherizing(points)
    table = nearest_neighbors(points, 3)
    affinities = joint_affinities(table, 2.0)
    graph = fuzzy_graph(table.rows, table.squared_distances)
    for n_dims in (2, 3):
        Descent(graph, fit_curve(0.1), random_start(_POINTS, n_dims, 0), n_epochs=2, seed=0).step()
        optimiser = Optimiser(affinities, Schedule(0.0, 4.0, 1), start_from_pca(points, n_dims, seed=0))
        optimiser.evaluate()
        optimiser.move()
        for extent in _EXTENTS:
            spread_out = np.random.default_rng(0).uniform(high=extent, size=(_MANY_POINTS, n_dims)).astype(np.float32)
            Repulsion()(spread_out, np.empty_like(spread_out))
