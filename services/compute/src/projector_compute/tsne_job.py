"""A t-SNE job: neighbors and affinities in the first slice, then steps, a slice after the other."""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np

from projector_compute.core.neighbor_graph import neighbor_graph
from projector_compute.core.neighbors import NeighborTable
from projector_compute.core.preprocess import unit_rows, unit_scale
from projector_compute.core.tsne.affinities import (
    Affinities,
    effective_perplexity,
    joint_affinities,
    neighbors_needed,
)
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule
from projector_compute.model import Float32Array, JobSpec, Metric, Notice, OptimizerState, Phase, TsneParameters
from projector_compute.ports import EmbeddingStore, StageStore
from projector_compute.publishing import FramePublisher
from projector_compute.rows import open_rows
from projector_compute.session import Request, Session


class _Bench(Protocol):
    @property
    def embeddings(self) -> EmbeddingStore: ...
    @property
    def stages(self) -> StageStore: ...
    @property
    def slice_seconds(self) -> float: ...


def run_tsne(session: Session, bench: _Bench, spec: JobSpec, parameters: TsneParameters) -> Request | None:
    """Work for one slice; why it ended, None when all steps are done and the final layout is published.

    Where it must end before the optimisation began, ``Interrupted`` passes through. What the next slice needs is
    left in the session.
    """
    affinities = bench.stages.load_affinities(session.state.job_id)
    if affinities is None or session.optimizer is None:
        affinities = _prepare(session, bench, spec, parameters, affinities)
    assert session.optimizer is not None  # _prepare sets it
    schedule = Schedule(parameters.learning_rate, parameters.early_exaggeration, parameters.early_exaggeration_steps)
    saved = session.optimizer
    optimiser = Optimiser(
        affinities,
        schedule,
        saved.layout,
        step=saved.step,
        velocity=saved.velocity,
        gains=saved.gains,
        plan=saved.plan,
    )
    session.enter(Phase.RUNNING, optimiser.step / parameters.n_steps)
    return _descend(session, optimiser, parameters.n_steps, bench.slice_seconds)


def _descend(session: Session, optimiser: Optimiser, n_steps: int, slice_seconds: float) -> Request | None:
    publisher = FramePublisher(session, n_steps=n_steps)
    first_step = optimiser.step
    end_seconds = session.clock.monotonic() + slice_seconds
    while True:
        loss = optimiser.evaluate()
        if optimiser.step >= n_steps:
            publisher.publish_last(optimiser.step, loss, optimiser.layout)
            return None
        publisher.offer(optimiser.step, loss, optimiser.layout)
        session.step = optimiser.step
        request = session.poll()
        # However long a step takes, a slice takes one: else none would ever get on.
        if request is None and optimiser.step > first_step and session.clock.monotonic() >= end_seconds:
            request = Request.HAND_OVER
        if request is not None:
            session.optimizer = OptimizerState(
                optimiser.step,
                optimiser.layout.copy(),
                optimiser.velocity.copy(),
                optimiser.gains.copy(),
                loss,
                optimiser.plan,
            )
            return request
        optimiser.move()


def _prepare(
    session: Session, bench: _Bench, spec: JobSpec, parameters: TsneParameters, affinities: Affinities | None
) -> Affinities:
    """Whatever of affinities and initial layout is missing."""
    session.enter(Phase.LOADING)
    with open_rows(session, bench.embeddings, spec) as rows:
        points = unit_rows(rows) if parameters.metric is Metric.COSINE else unit_scale(rows)
    if affinities is None:
        affinities = _affinities(session, bench.stages, points, parameters.perplexity[0], spec.seed)
    if session.optimizer is None:
        layout = start_from_pca(points, parameters.n_dims, spec.seed)
        session.optimizer = OptimizerState(0, layout, np.zeros_like(layout), np.ones_like(layout), math.nan)
    return affinities


def _affinities(
    session: Session, stages: StageStore, points: Float32Array, wanted_perplexity: float, seed: int
) -> Affinities:
    n_points = len(points)
    perplexity = effective_perplexity(wanted_perplexity, n_points)
    if perplexity < wanted_perplexity:
        session.note(
            Notice(
                "perplexity",
                f"Perplexity {wanted_perplexity:g} was lowered to {perplexity:g}, a third of the other {n_points - 1} "
                "points.",
            )
        )
    table = _neighbors(session, stages, points, neighbors_needed(perplexity, n_points), seed)
    session.enter(Phase.AFFINITIES)
    affinities = joint_affinities(table, perplexity)
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
