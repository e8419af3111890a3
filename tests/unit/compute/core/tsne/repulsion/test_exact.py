from __future__ import annotations

import numpy as np
import pytest
from unit.compute.core.tsne.layouts import differences_and_kernel, layout_of

from projector_compute.core.tsne.repulsion.exact import exact_repulsion


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("extent", [1e-4, 1.0, 100.0])
@pytest.mark.parametrize("n_points", [2, 300, 1030])
def test_forces_and_normalisation_are_those_of_the_sums(n_dims: int, extent: float, n_points: int) -> None:
    layout = layout_of(n_points, n_dims, extent)
    forces = np.full_like(layout, np.nan)
    normalisation = exact_repulsion(layout, forces)
    differences, kernel = differences_and_kernel(layout)
    expected = (kernel[..., np.newaxis] ** 2 * differences).sum(axis=1)
    assert np.linalg.norm(forces - expected) <= 1e-6 * np.linalg.norm(expected)
    # Each point's own 1 is summed in float32 with the others' terms and taken off again.
    assert normalisation == pytest.approx(kernel.sum(), rel=1e-6, abs=1e-7 * n_points)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_points_at_one_place_feel_nothing(n_dims: int) -> None:
    layout = np.full((50, n_dims), 3.0, np.float32)
    forces = np.full_like(layout, np.nan)
    assert exact_repulsion(layout, forces) == 50 * 49
    np.testing.assert_array_equal(forces, 0.0)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_one_point_has_nobody_to_be_pushed_by(n_dims: int) -> None:
    forces = np.full((1, n_dims), np.nan, np.float32)
    assert exact_repulsion(np.ones((1, n_dims), np.float32), forces) == 0.0
    np.testing.assert_array_equal(forces, 0.0)
