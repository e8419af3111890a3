from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.umap.curve import Curve, fit_curve
from projector_compute.core.umap.epochs import Descent
from projector_compute.core.umap.graph import fuzzy_graph
from projector_compute.core.umap.initialisation import random_start, wide_start

CURVE = fit_curve(0.1)


def clouds(n_points: int = 90) -> tuple[Affinities, NDArray[np.int64]]:
    label = np.arange(n_points) % 3
    points = (8.0 * np.eye(5)[label] + np.random.default_rng(0).normal(size=(n_points, 5))).astype(np.float32)
    table = nearest_neighbors(points, 9)
    return fuzzy_graph(table.rows, np.sqrt(table.squared_distances)), label


def run(descent: Descent, n_epochs: int) -> NDArray[np.float32]:
    for _ in range(n_epochs):
        descent.step()
    return descent.layout


def test_the_curve_is_the_one_of_umap_learn() -> None:
    # Its find_ab_params(spread=1, min_dist=0.1) and (1, 0.5).
    assert fit_curve(0.1) == pytest.approx((1.5769434, 0.8950609), rel=1e-5)
    assert fit_curve(0.5) == pytest.approx((0.5830300, 1.3341670), rel=1e-5)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_clouds_stay_together_and_part(n_dims: int) -> None:
    graph, label = clouds()
    layout = run(Descent(graph, CURVE, random_start(90, n_dims, 0), n_epochs=200, seed=0), 200)
    middles = np.stack([layout[label == each].mean(axis=0) for each in range(3)])
    within = max(np.linalg.norm(layout[label == each] - middles[each], axis=1).mean() for each in range(3))
    between = min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert between > 2 * within


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_descent_taken_up_in_the_middle_is_the_uninterrupted_one_to_the_bit(n_dims: int) -> None:
    graph, _ = clouds()
    start = random_start(90, n_dims, 0)
    whole = run(Descent(graph, CURVE, start, n_epochs=50, seed=3), 50)
    for middle in (1, 17, 49):
        first = run(Descent(graph, CURVE, start, n_epochs=50, seed=3), middle)
        second = Descent(graph, CURVE, first, n_epochs=50, seed=3, epoch=middle)
        np.testing.assert_array_equal(run(second, 50 - middle), whole)


def test_the_seed_decides() -> None:
    graph, _ = clouds()
    start = random_start(90, 2, 0)
    layouts = [run(Descent(graph, CURVE, start, n_epochs=20, seed=seed), 20) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(layouts[0], layouts[1])
    assert (layouts[0] != layouts[2]).any()
    assert np.isfinite(layouts).all()


def test_a_connection_is_sampled_as_often_as_it_is_strong() -> None:
    """Of two pairs far from everybody else, the one connected more strongly draws together sooner."""
    indptr, indices = np.array([0, 1, 2, 3, 4]), np.array([1, 0, 3, 2], np.int32)
    graph = Affinities(indptr, indices, np.array([1.0, 1.0, 0.25, 0.25], np.float32))
    start = np.array([[0, 0], [9, 0], [1000, 0], [1009, 0]], np.float32)
    layout = run(Descent(graph, Curve(1.0, 1.0), start, n_epochs=100, seed=0), 8)
    assert np.linalg.norm(layout[0] - layout[1]) < np.linalg.norm(layout[2] - layout[3]) < 9


def test_points_at_one_place_do_no_harm() -> None:
    graph, _ = clouds()
    assert np.isfinite(run(Descent(graph, CURVE, np.zeros((90, 2), np.float32), n_epochs=10, seed=0), 10)).all()


def test_a_wide_start_fills_its_box() -> None:
    coordinates = np.random.default_rng(0).normal(scale=1e-4, size=(50, 3)).astype(np.float32)
    coordinates[:, 2] = 5.0  # no extent
    start = wide_start(coordinates, 0)
    assert start.dtype == np.float32
    np.testing.assert_allclose(start.min(axis=0)[:2], 0.0, atol=0.01)
    np.testing.assert_allclose(start.max(axis=0)[:2], 10.0, atol=0.01)
    assert 5.0 < np.ptp(start[:, 2]) <= 10.01
    np.testing.assert_array_equal(start, wide_start(coordinates, 0))
