from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.tsne.affinities import joint_affinities, neighbors_needed
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.placement import place
from projector_compute.core.tsne.schedule import Schedule

PERPLEXITY = 20.0
N_MAPPED = 600
N_NEW = 120


@cache
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    data = load_digits()
    return unit_scale(np.asarray(data.data[: N_MAPPED + N_NEW], np.float32)), data.target[: N_MAPPED + N_NEW]


@cache
def map_of(n_dims: int) -> NDArray[np.float32]:
    points = digits()[0][:N_MAPPED]
    affinities = joint_affinities(nearest_neighbors(points, neighbors_needed(PERPLEXITY, N_MAPPED)), PERPLEXITY)
    optimiser = Optimiser(affinities, Schedule(0.0, 12.0, 100), start_from_pca(points, n_dims, seed=0))
    for _ in range(400):
        optimiser.evaluate()
        optimiser.move()
    return optimiser.layout


@pytest.mark.parametrize("n_dims", [2, 3])
def test_new_points_are_placed_among_their_like(n_dims: int) -> None:
    points, labels = digits()
    layout = map_of(n_dims)
    before = layout.copy()
    placed = place(points[N_MAPPED:], points[:N_MAPPED], layout, 5.0)
    np.testing.assert_array_equal(layout, before)
    distances = np.linalg.norm(placed[:, np.newaxis] - layout, axis=2)
    assert (labels[:N_MAPPED][distances.argmin(axis=1)] == labels[N_MAPPED:]).mean() > 0.9


def test_a_point_is_placed_the_same_whoever_comes_with_it() -> None:
    points = digits()[0]
    together = place(points[N_MAPPED:], points[:N_MAPPED], map_of(2), 5.0)
    alone = place(points[N_MAPPED : N_MAPPED + 1], points[:N_MAPPED], map_of(2), 5.0)
    np.testing.assert_array_equal(together[:1], alone)


def test_a_point_that_is_on_the_map_is_placed_near_itself() -> None:
    points = digits()[0][:N_MAPPED]
    layout = map_of(2)
    apart = np.linalg.norm(place(points[:100], points, layout, 5.0) - layout[:100], axis=1)
    assert np.median(apart) < 0.03 * np.ptp(layout)


def test_the_descent_lowers_the_divergence() -> None:
    points = digits()[0]
    layout = map_of(2)

    def divergence(n_steps: int) -> float:
        placed = place(points[N_MAPPED:], points[:N_MAPPED], layout, 5.0, n_steps).astype(np.float64)
        squared = ((points[N_MAPPED:, np.newaxis] - points[:N_MAPPED]) ** 2).sum(axis=2)
        nearest = np.argsort(squared, axis=1)[:, :5]
        kernel = 1 / (1 + ((placed[:, np.newaxis] - layout) ** 2).sum(axis=2))
        similarities = kernel / kernel.sum(axis=1, keepdims=True)
        return float(-np.log(np.take_along_axis(similarities, nearest, axis=1)).mean())

    assert divergence(200) < divergence(0)


@pytest.mark.parametrize("n_points", [2, 3, 5])
def test_a_map_of_a_few_points_takes_new_ones(n_points: int) -> None:
    rng = np.random.default_rng(0)
    reference, layout = rng.normal(size=(2, n_points, 3)).astype(np.float32)
    placed = place(rng.normal(size=(4, 3)).astype(np.float32), reference, layout, 30.0)
    assert placed.shape == (4, 3)
    assert np.isfinite(placed).all()
