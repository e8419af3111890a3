"""What a t-SNE needs before its first step: neighbors, affinities, a start."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.neighbor_graph import neighbor_graph
from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.preprocess import unit_rows, unit_scale
from projector_compute.core.tsne.affinities import (
    Affinities,
    effective_perplexity,
    joint_affinities,
    neighbors_needed,
)
from projector_compute.core.tsne.initialisation import (
    start_at_random,
    start_from_graph,
    start_from_layout,
    start_from_pca,
)
from projector_compute.model import (
    Float32Array,
    Initialisation,
    JobSpec,
    Metric,
    Notice,
    OptimizerState,
    Phase,
    TsneParameters,
)
from projector_compute.ports import EmbeddingStore, StageStore
from projector_compute.rows import open_rows
from projector_compute.session import Session

_UNIT_TOLERANCE = 1e-3
"""Of a row's length, which float16 and text leave of what was one."""


class _Bench(Protocol):
    @property
    def embeddings(self) -> EmbeddingStore: ...
    @property
    def stages(self) -> StageStore: ...


def prepare_tsne(session: Session, bench: _Bench, spec: JobSpec, parameters: TsneParameters) -> Affinities:
    """The affinities; whatever is missing of them and of the start is computed, and kept for later slices.

    Raises:
        InvalidArgument: the rows do not suit the metric.
        Interrupted: the slice must end; finished stages are kept.
    """
    affinities = bench.stages.load_affinities(session.state.job_id)
    if affinities is not None and session.optimizer is not None:
        return affinities
    session.enter(Phase.LOADING)
    with open_rows(session, bench.embeddings, spec) as rows:
        points = _comparable(rows[:], parameters.metric)
    if affinities is None:
        affinities = _affinities(session, bench.stages, points, parameters.perplexity, spec.seed)
    if session.optimizer is None:
        layout = _start(session, points, affinities, parameters, spec.seed)
        session.optimizer = OptimizerState(0, layout, np.zeros_like(layout), np.ones_like(layout), math.nan)
    return affinities


def _comparable(rows: Float32Array, metric: Metric) -> Float32Array:
    """Points whose Euclidean distances order pairs as the metric does, of magnitude around 1."""
    if metric is Metric.EUCLIDEAN:
        return unit_scale(rows)
    if metric is Metric.DOT_PRODUCT:
        lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
        if np.abs(lengths - 1).max() > _UNIT_TOLERANCE:
            raise InvalidArgument(
                f"metric is dot_product, and rows are {lengths.min():.4g} to {lengths.max():.4g} long; t-SNE takes the "
                "dot product of rows of length 1 only. Choose preprocessing 'spherize', or metric 'cosine'."
            )
    # Of unit rows the squared distance is twice 1 - a.b, and the bandwidths take up the factor.
    return unit_rows(rows)


def _affinities(
    session: Session, stages: StageStore, points: Float32Array, wanted: tuple[float, ...], seed: int
) -> Affinities:
    n_points = len(points)
    perplexities = tuple(effective_perplexity(perplexity, n_points) for perplexity in wanted)
    for asked, perplexity in zip(wanted, perplexities, strict=True):
        if perplexity < asked:
            session.note(
                Notice(
                    "perplexity",
                    f"Perplexity {asked:g} was lowered to {perplexity:g}, a third of the other {n_points - 1} points.",
                )
            )
    table = _neighbors(session, stages, points, neighbors_needed(max(perplexities), n_points), seed)
    session.enter(Phase.AFFINITIES)
    affinities = joint_affinities(table, *perplexities)
    stages.save_affinities(session.state.job_id, affinities)
    session.progress(1.0)
    return affinities


def _neighbors(
    session: Session, stages: StageStore, points: Float32Array, n_neighbors: int, seed: int
) -> NeighborTable:
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


def _start(
    session: Session, points: Float32Array, affinities: Affinities, parameters: TsneParameters, seed: int
) -> Float32Array:
    n_dims = parameters.n_dims
    match parameters.initialisation:
        case Initialisation.RANDOM:
            return start_at_random(len(points), n_dims, seed)
        case Initialisation.GIVEN:
            assert parameters.initial_layout is not None  # decoding refuses a spec without it
            return start_from_layout(parameters.initial_layout)
        case Initialisation.SPECTRAL:
            try:
                return start_from_graph(affinities, n_dims, seed)
            except ArithmeticError as error:
                session.note(Notice("initialisation", f"Started from PCA: {error}."))
        case Initialisation.PCA_SCALED:
            pass
    return start_from_pca(points, n_dims, seed)
