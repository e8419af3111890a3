from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.tsne.affinities import Affinities, joint_affinities
from projector_compute.core.tsne.initialisation import (
    INITIAL_STD,
    start_at_random,
    start_from_graph,
    start_from_layout,
    start_from_pca,
)


def test_the_start_is_the_first_principal_components_made_small() -> None:
    points = (np.random.default_rng(0).normal(size=(400, 6)) * [9, 4, 2, 0.1, 0.1, 0.1]).astype(np.float32)
    layout = start_from_pca(points, 3, seed=1)
    assert layout.shape == (400, 3)
    assert layout.dtype == np.float32
    stds = layout.std(axis=0, dtype=np.float64)
    np.testing.assert_allclose(stds / INITIAL_STD, [1, 4 / 9, 2 / 9], rtol=0.1)
    for dim in range(3):
        assert abs(np.corrcoef(layout[:, dim], points[:, dim])[0, 1]) > 0.99


def test_the_seed_decides_the_jitter() -> None:
    points = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    np.testing.assert_array_equal(start_from_pca(points, 2, seed=1), start_from_pca(points, 2, seed=1))
    difference = start_from_pca(points, 2, seed=1) - start_from_pca(points, 2, seed=2)
    assert 0 < np.abs(difference).max() < 0.1 * INITIAL_STD


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("shape", [(20, 1), (2, 7), (1, 4), (30, 2)])
def test_dimensions_that_the_data_lack_start_with_jitter(n_dims: int, shape: tuple[int, int]) -> None:
    points = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layout = start_from_pca(points, n_dims, seed=0)
    assert layout.shape == (shape[0], n_dims)
    assert np.isfinite(layout).all()
    assert np.abs(layout[:, min(shape) :]).max(initial=0.0) < 0.1 * INITIAL_STD


def test_equal_points_start_apart() -> None:
    layout = start_from_pca(np.ones((100, 5), np.float32), 2, seed=0)
    assert len(np.unique(layout, axis=0)) == 100


def test_a_random_start_is_small_and_the_seeds() -> None:
    layout = start_at_random(5_000, 3, seed=1)
    assert layout.std(axis=0) == pytest.approx(INITIAL_STD, rel=0.05)
    assert np.abs(layout.mean(axis=0)).max() < 0.05 * INITIAL_STD
    np.testing.assert_array_equal(layout, start_at_random(5_000, 3, seed=1))
    assert (layout != start_at_random(5_000, 3, seed=2)).any()


def field(n_points: int) -> tuple[NDArray[np.float32], Affinities]:
    """Points spread evenly over a rectangle, longer than wide."""
    places = (np.random.default_rng(0).random((n_points, 2)) * [1.5, 1.0]).astype(np.float32)
    return places, joint_affinities(nearest_neighbors(places, min(30, n_points - 1)), 10.0)


def test_the_graph_of_a_field_starts_with_its_length_and_width() -> None:
    places, affinities = field(600)
    layout = start_from_graph(affinities, 2, seed=0)
    assert layout.std(axis=0) == pytest.approx(INITIAL_STD, rel=0.05)
    for dim in (0, 1):
        assert abs(np.corrcoef(layout[:, dim], places[:, dim])[0, 1]) > 0.95
    np.testing.assert_array_equal(layout, start_from_graph(affinities, 2, seed=0))


def test_too_small_a_graph_is_refused() -> None:
    with pytest.raises(ArithmeticError, match="10 points are too few"):
        start_from_graph(field(10)[1], 2, seed=0)


def test_given_coordinates_are_moved_to_the_origin_and_no_more() -> None:
    given = np.random.default_rng(0).normal(loc=500.0, size=(40, 2)).astype(np.float32)
    layout = start_from_layout(given)
    np.testing.assert_allclose(layout, given - given.mean(axis=0, dtype=np.float64), atol=1e-4)
    assert layout.dtype == np.float32
