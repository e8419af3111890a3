from __future__ import annotations

import numpy as np
import pytest
from unit.compute.core.tsne.layouts import differences_and_kernel, layout_of, random_affinities

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.attraction import attraction


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize(("n_points", "density"), [(2, 1.0), (70, 0.2), (600, 0.9)])
def test_forces_and_loss_are_those_of_the_sums(n_dims: int, n_points: int, density: float) -> None:
    affinities, matrix = random_affinities(n_points, density)
    layout = layout_of(n_points, n_dims)
    forces = np.full_like(layout, np.nan)
    loss = attraction(affinities, layout, forces)
    differences, kernel = differences_and_kernel(layout)
    expected = ((matrix * kernel)[..., np.newaxis] * differences).sum(axis=1)
    assert np.linalg.norm(forces - expected) <= 1e-6 * np.linalg.norm(expected)
    logarithms = -np.log(kernel, out=np.zeros_like(kernel), where=kernel > 0)
    assert loss == pytest.approx((matrix * logarithms).sum(), rel=1e-6)


def test_points_without_partners_feel_nothing() -> None:
    affinities = Affinities(np.array([0, 1, 1, 2]), np.array([2, 0], np.int32), np.full(2, 0.5, np.float32))
    forces = np.full((3, 2), np.nan, np.float32)
    attraction(affinities, layout_of(3, 2), forces)
    np.testing.assert_array_equal(forces[1], 0.0)
    np.testing.assert_array_equal(forces[0], -forces[2])


@pytest.mark.parametrize("distance", np.concatenate([[0.0], np.logspace(-5, 15, 81)]))
def test_the_logarithm_keeps_its_digits_over_the_whole_range(distance: float) -> None:
    pair = Affinities(np.array([0, 1, 2]), np.array([1, 0], np.int32), np.full(2, 0.5, np.float32))
    layout = np.zeros((2, 2), np.float32)
    layout[1, 0] = distance
    loss = attraction(pair, layout, np.empty_like(layout))
    assert loss == pytest.approx(np.log1p(float(layout[1, 0]) ** 2), rel=3e-7, abs=1.2e-7)
