"""Whole t-SNE runs beside openTSNE's, and what must not change a run."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray
from openTSNE import TSNE
from sklearn.datasets import load_digits
from unit.compute.core.tsne.layouts import differences_and_kernel

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.quality import layout_quality
from projector_compute.core.tsne.affinities import Affinities, joint_affinities, neighbors_needed
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule

N_POINTS = 1_000
PERPLEXITY = 30.0
N_NEIGHBORS = 10
SCHEDULE = Schedule(0.0, 12.0, 250)
POINTS = unit_scale(np.asarray(load_digits().data[:N_POINTS], np.float32))


def affinities_of(points: NDArray[np.float32]) -> Affinities:
    return joint_affinities(nearest_neighbors(points, neighbors_needed(PERPLEXITY, len(points))), PERPLEXITY)


def run(affinities: Affinities, start: NDArray[np.float32], n_steps: int) -> NDArray[np.float32]:
    optimiser = Optimiser(affinities, SCHEDULE, start)
    for _ in range(n_steps):
        optimiser.evaluate()
        optimiser.move()
    return optimiser.layout


def divergence(affinities: Affinities, layout: NDArray[np.floating]) -> float:
    matrix = scipy.sparse.csr_array((affinities.values, affinities.indices, affinities.indptr)).toarray()
    _, kernel = differences_and_kernel(np.asarray(layout, np.float32))
    some = matrix > 0
    wide = matrix[some].astype(np.float64)
    return float((wide * np.log(wide / (kernel / kernel.sum())[some])).sum())


def kept(layout: NDArray[np.floating]) -> float:
    return layout_quality(POINTS, np.asarray(layout, np.float32), N_NEIGHBORS, seed=0).neighbor_preservation.value


@pytest.mark.parametrize("n_dims", [2, 3])
def test_runs_end_as_good_as_those_of_opentsne(n_dims: int) -> None:
    affinities = affinities_of(POINTS)
    ours, theirs = [], []
    for seed in range(2):
        ours.append(run(affinities, start_from_pca(POINTS, n_dims, seed), 750))
        peer = TSNE(
            n_dims, perplexity=PERPLEXITY, random_state=seed, n_jobs=1, negative_gradient_method="bh", n_iter=500
        )
        theirs.append(np.asarray(peer.fit(POINTS)))
    # Seeds alone move the divergence by about 1 %.
    assert np.mean([divergence(affinities, each) for each in ours]) <= 1.02 * np.mean(
        [divergence(affinities, each) for each in theirs]
    )
    assert np.mean([kept(each) for each in ours]) >= np.mean([kept(each) for each in theirs]) - 0.02


@pytest.mark.parametrize("n_dims", [2, 3])
def test_permuted_rows_give_the_permuted_layout(n_dims: int) -> None:
    """Sums in another order differ in their last digits, which a descent multiplies, and early exaggeration gathers."""
    order = np.random.default_rng(0).permutation(N_POINTS)
    start = start_from_pca(POINTS, n_dims, seed=0)
    layout = run(affinities_of(POINTS), start, 250)
    permuted = run(affinities_of(POINTS[order]), start[order], 250)
    apart = np.abs(permuted - layout[order]) / np.ptp(layout)
    assert apart.max() <= 0.04
    assert np.median(apart) <= 0.01
