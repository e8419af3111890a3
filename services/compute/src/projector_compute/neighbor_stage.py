"""The first stage of projections that keep neighborhoods: points to compare, and each one's neighbors."""

from __future__ import annotations

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.neighbor_graph import neighbor_graph
from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.preprocess import unit_rows, unit_scale
from projector_compute.model import Notice, Phase
from projector_compute.ports import StageStore
from projector_compute.session import Session
from projector_compute.specs import Float32Array, Metric

_UNIT_TOLERANCE = 1e-3
"""Of a row's length, which float16 and text leave of what was one."""


def comparable_points(rows: Float32Array, metric: Metric) -> Float32Array:
    """Points whose Euclidean distances order pairs as the metric does, of magnitude around 1.

    Raises:
        InvalidArgument: the dot product is asked for, and rows are not of length 1.
    """
    if metric is Metric.EUCLIDEAN:
        return unit_scale(rows)
    if metric is Metric.DOT_PRODUCT:
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        if np.abs(lengths - 1).max() > _UNIT_TOLERANCE:
            raise InvalidArgument(
                f"metric is dot_product, and rows are {lengths.min():.4g} to {lengths.max():.4g} long; only the "
                "dot product of rows of length 1 is a distance. Choose preprocessing 'spherize', or metric 'cosine'."
            )
    # Of unit rows the squared distance is twice 1 - a.b, and the bandwidths take up the factor.
    return unit_rows(rows)


def stored_neighbors(
    session: Session, stages: StageStore, points: Float32Array, n_neighbors: int, seed: int
) -> NeighborTable:
    """Exact neighbors, or approximate ones of very many rows, which a notice tells; kept for later slices."""
    table = stages.load_neighbors(session.state.job_id)
    if table is None:
        session.enter(Phase.NEIGHBORS)
        graph = neighbor_graph(points, n_neighbors, seed=seed, progress=session.progress)
        if graph.n_sampled:
            told = f"Approximate neighbors: recall {graph.recall:.2f} on {graph.n_sampled} sampled rows."
            session.note(Notice("neighbors", told))
        table = graph.table
        stages.save_neighbors(session.state.job_id, table)
    return table
