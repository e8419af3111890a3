"""A UMAP job: the graph in the first slice, then epochs, a slice after the other."""

from __future__ import annotations

import math

import numpy as np

from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.pca import principal_components
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.initialisation import start_from_graph, start_from_layout
from projector_compute.core.umap.curve import fit_curve
from projector_compute.core.umap.epochs import Descent
from projector_compute.core.umap.graph import fuzzy_graph, supervised_graph
from projector_compute.core.umap.initialisation import random_start, wide_start
from projector_compute.model import Notice, Phase
from projector_compute.neighbor_stage import comparable_points, stored_neighbors
from projector_compute.ports import StreamedBench
from projector_compute.publishing import FramePublisher
from projector_compute.rows import open_rows
from projector_compute.saved import DescentState
from projector_compute.session import Request, Session
from projector_compute.specs import Float32Array, Initialisation, JobSpec, Metric, UmapParameters
from projector_compute.turn import Turn

_FEW_POINTS = 10_000
_EPOCHS_OF_FEW = 500
_EPOCHS_OF_MANY = 200
"""umap-learn's defaults."""


def run_umap(session: Session, bench: StreamedBench, spec: JobSpec, parameters: UmapParameters) -> Request | None:
    """Work for one slice; why it ended, None when all epochs are done and the final layout is published.

    Raises:
        InvalidArgument: the rows do not suit the metric.
        Interrupted: the slice must end before the first epoch; finished stages are kept.
    """
    graph = _prepare(session, bench, spec, parameters)
    saved = session.optimizer
    assert isinstance(saved, DescentState)  # _prepare sees to it
    n_epochs = epochs_of(parameters, graph.n_points)
    curve = fit_curve(parameters.min_dist)
    descent = Descent(graph, curve, saved.layout, n_epochs=n_epochs, seed=spec.seed, epoch=saved.step)
    session.enter(Phase.RUNNING, descent.epoch / n_epochs)
    return _descend(session, descent, n_epochs, bench.slice_seconds)


def epochs_of(parameters: UmapParameters, n_points: int) -> int:
    """As many as asked for, or what suits the number of points."""
    return parameters.n_epochs or (_EPOCHS_OF_FEW if n_points <= _FEW_POINTS else _EPOCHS_OF_MANY)


def _descend(session: Session, descent: Descent, n_epochs: int, slice_seconds: float) -> Request | None:
    publisher = FramePublisher(session, n_steps=n_epochs)
    turn = Turn(session, slice_seconds, step=descent.epoch)
    while descent.epoch < n_epochs:
        publisher.offer(descent.epoch, math.nan, descent.layout)
        request = turn.ends(descent.epoch, lambda: DescentState(descent.epoch, descent.layout.copy()))
        if request is not None:
            return request
        descent.step()
    publisher.publish_last(descent.epoch, math.nan, descent.layout)
    return None


def _prepare(session: Session, bench: StreamedBench, spec: JobSpec, parameters: UmapParameters) -> Affinities:
    """Whatever of graph and start is missing."""
    job_id = session.state.job_id
    graph = bench.stages.load_affinities(job_id)
    if graph is not None and session.optimizer is not None:
        return graph
    session.enter(Phase.LOADING)
    with open_rows(session, bench.embeddings, spec) as rows:
        points = comparable_points(rows[:], parameters.metric)
    if graph is None:
        table = stored_neighbors(session, bench.stages, points, _n_neighbors(session, parameters, points), spec.seed)
        session.enter(Phase.AFFINITIES)
        graph = _graph(table, parameters)
        bench.stages.save_affinities(job_id, graph)
        session.progress(1.0)
    if session.optimizer is None:
        session.optimizer = DescentState(0, _start(session, points, graph, parameters, spec.seed))
    return graph


def _n_neighbors(session: Session, parameters: UmapParameters, points: Float32Array) -> int:
    """Other points; the parameter counts a point among its own neighbors, as umap-learn does."""
    n_points = len(points)
    if parameters.n_neighbors > n_points:
        message = f"{parameters.n_neighbors} neighbors were lowered to {n_points}, the number of points."
        session.note(Notice("n_neighbors", message))
    return min(parameters.n_neighbors, n_points) - 1


def _graph(table: NeighborTable, parameters: UmapParameters) -> Affinities:
    squared = table.squared_distances
    # Of unit rows the squared distance is twice the cosine distance, 1 - a.b.
    distances = np.sqrt(squared) if parameters.metric is Metric.EUCLIDEAN else np.float32(0.5) * squared
    graph = fuzzy_graph(table.rows, distances)
    supervision = parameters.supervision
    return graph if supervision is None else supervised_graph(graph, supervision.labels, supervision.weight)


def _start(
    session: Session, points: Float32Array, graph: Affinities, parameters: UmapParameters, seed: int
) -> Float32Array:
    n_dims = parameters.n_dims
    if parameters.initial_layout is not None:
        return start_from_layout(parameters.initial_layout)
    if parameters.initialisation is Initialisation.RANDOM:
        return random_start(len(points), n_dims, seed)
    if parameters.initialisation is Initialisation.SPECTRAL:
        try:
            return wide_start(start_from_graph(graph, n_dims, seed), seed)
        except ArithmeticError as error:
            session.note(Notice("initialisation", f"Started from PCA: {error}."))
    scores = principal_components(points, n_dims).scores
    missing = n_dims - scores.shape[1]
    return wide_start(np.pad(scores, ((0, 0), (0, missing))), seed)
