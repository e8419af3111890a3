"""Whole runs on handwritten digits beside scikit-learn's, both judged by the same exact divergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.manifold import TSNE, trustworthiness
from unit.compute.core.tsne.layouts import differences_and_kernel

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.tsne.affinities import (
    Affinities,
    conditional_affinities,
    joint_affinities,
    neighbors_needed,
)
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule

N_POINTS = 300
N_STEPS = 1000
PERPLEXITY = 30.0
DIGITS = np.asarray(load_digits().data[:N_POINTS], np.float32)


@dataclass(frozen=True)
class Run:
    affinities: Affinities
    layout: NDArray[np.float32]
    losses: list[float]


def run(n_dims: int, *, seed: int = 0) -> Run:
    points = unit_scale(DIGITS)
    affinities = joint_affinities(nearest_neighbors(points, neighbors_needed(PERPLEXITY, N_POINTS)), PERPLEXITY)
    optimiser = Optimiser(affinities, Schedule(0.0, 12.0, 250), start_from_pca(points, n_dims, seed))
    losses = []
    for _ in range(N_STEPS):
        losses.append(optimiser.evaluate())
        optimiser.move()
    losses.append(optimiser.evaluate())
    return Run(affinities, optimiser.layout, losses)


@pytest.fixture(scope="module", params=[2, 3])
def ours(request: pytest.FixtureRequest) -> Run:
    return run(request.param)


def affinities_of_all_pairs() -> NDArray[np.float64]:
    table = nearest_neighbors(unit_scale(DIGITS), N_POINTS - 1)
    conditional = np.zeros((N_POINTS, N_POINTS))
    np.put_along_axis(conditional, table.rows, conditional_affinities(table.squared_distances, PERPLEXITY), axis=1)
    return np.asarray((conditional + conditional.T) / (2 * N_POINTS))


def divergence(joint: NDArray[np.floating], layout: NDArray[np.float32]) -> float:
    _, kernel = differences_and_kernel(layout)
    similarities = kernel / kernel.sum()
    some = joint > 0
    return float((joint[some] * np.log(joint[some] / similarities[some])).sum())


def test_a_run_ends_as_good_as_scikit_learns(ours: Run) -> None:
    n_dims = ours.layout.shape[1]
    theirs = TSNE(n_dims, perplexity=PERPLEXITY, init="pca", random_state=0, n_jobs=1).fit_transform(DIGITS)
    joint = affinities_of_all_pairs()
    # Seeds alone move the divergence by about 1 %, and the trustworthiness by 0.002.
    assert divergence(joint, ours.layout) <= 1.02 * divergence(joint, theirs)
    assert trustworthiness(DIGITS, ours.layout) >= trustworthiness(DIGITS, theirs) - 0.005


def test_the_loss_told_is_the_divergence(ours: Run) -> None:
    sparse = ours.affinities
    joint = scipy.sparse.csr_array((sparse.values, sparse.indices, sparse.indptr)).toarray().astype(np.float64)
    assert ours.losses[-1] == pytest.approx(divergence(joint, ours.layout), rel=1e-5)


def test_the_loss_falls_to_its_end(ours: Run) -> None:
    late = ours.losses[400:]
    assert late[-1] == pytest.approx(min(late), rel=1e-4)
    assert late[-1] < 0.5 * ours.losses[0]


def test_a_seed_gives_one_layout_and_another_seed_another(ours: Run) -> None:
    n_dims = ours.layout.shape[1]
    again, other = run(n_dims), run(n_dims, seed=1)
    np.testing.assert_array_equal(again.layout, ours.layout)
    assert again.losses == ours.losses
    assert np.abs(other.layout - ours.layout).max() > 1e-3
    assert other.losses[-1] == pytest.approx(ours.losses[-1], rel=0.03)
