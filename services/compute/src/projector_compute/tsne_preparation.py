"""What a t-SNE needs before its first step: neighbors, affinities, a start."""

from __future__ import annotations

import math

import numpy as np

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
from projector_compute.model import Notice, Phase
from projector_compute.neighbor_stage import comparable_points, stored_neighbors
from projector_compute.ports import StageStore, StreamedBench
from projector_compute.rows import open_rows
from projector_compute.saved import OptimizerState
from projector_compute.session import Session
from projector_compute.specs import Float32Array, Initialisation, JobSpec, TsneParameters


def prepare_tsne(session: Session, bench: StreamedBench, spec: JobSpec, parameters: TsneParameters) -> Affinities:
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
        points = comparable_points(rows[:], parameters.metric)
    if affinities is None:
        affinities = _affinities(session, bench.stages, points, parameters.perplexity, spec.seed)
    if session.optimizer is None:
        layout = _start(session, points, affinities, parameters, spec.seed)
        session.optimizer = OptimizerState(0, layout, np.zeros_like(layout), np.ones_like(layout), math.nan)
    return affinities


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
    table = stored_neighbors(session, stages, points, neighbors_needed(max(perplexities), n_points), seed)
    session.enter(Phase.AFFINITIES)
    affinities = joint_affinities(table, *perplexities)
    stages.save_affinities(session.state.job_id, affinities)
    session.progress(1.0)
    return affinities


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
