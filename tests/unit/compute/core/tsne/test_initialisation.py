from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.tsne.initialisation import INITIAL_STD, initial_layout


def test_the_start_is_the_first_principal_components_made_small() -> None:
    points = (np.random.default_rng(0).normal(size=(400, 6)) * [9, 4, 2, 0.1, 0.1, 0.1]).astype(np.float32)
    layout = initial_layout(points, 3, seed=1)
    assert layout.shape == (400, 3)
    assert layout.dtype == np.float32
    stds = layout.std(axis=0, dtype=np.float64)
    np.testing.assert_allclose(stds / INITIAL_STD, [1, 4 / 9, 2 / 9], rtol=0.1)
    for dim in range(3):
        assert abs(np.corrcoef(layout[:, dim], points[:, dim])[0, 1]) > 0.99


def test_the_seed_decides_the_jitter() -> None:
    points = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    np.testing.assert_array_equal(initial_layout(points, 2, seed=1), initial_layout(points, 2, seed=1))
    difference = initial_layout(points, 2, seed=1) - initial_layout(points, 2, seed=2)
    assert 0 < np.abs(difference).max() < 0.1 * INITIAL_STD


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("shape", [(20, 1), (2, 7), (1, 4), (30, 2)])
def test_dimensions_that_the_data_lack_start_with_jitter(n_dims: int, shape: tuple[int, int]) -> None:
    points = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layout = initial_layout(points, n_dims, seed=0)
    assert layout.shape == (shape[0], n_dims)
    assert np.isfinite(layout).all()
    assert np.abs(layout[:, min(shape) :]).max(initial=0.0) < 0.1 * INITIAL_STD


def test_equal_points_start_apart() -> None:
    layout = initial_layout(np.ones((100, 5), np.float32), 2, seed=0)
    assert len(np.unique(layout, axis=0)) == 100
