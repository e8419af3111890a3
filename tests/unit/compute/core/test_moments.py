from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.moments import finite_moments


@pytest.mark.parametrize("scale", [1.0, 1e20, 1e-20])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5000, 7)])
def test_moments_are_those_of_all_rows(shape: tuple[int, int], scale: float) -> None:
    points = (np.random.default_rng(0).normal(3, 2, size=shape) * scale).astype(np.float32)
    found = finite_moments(points)
    wide = points.astype(np.float64)
    np.testing.assert_allclose(found.mean, wide.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.deviation, wide.std(axis=0), rtol=1e-12)
    assert found.n_rows == shape[0]


def test_rows_that_are_not_finite_count_for_nothing() -> None:
    points = np.array([[1, 2], [np.nan, 9], [3, 6], [9, -np.inf]], np.float32)
    found = finite_moments(points)
    np.testing.assert_array_equal(found.mean, [2, 4])
    np.testing.assert_array_equal(found.deviation, [1, 2])
    assert found.n_rows == 2


def test_without_a_finite_row_there_is_nothing() -> None:
    found = finite_moments(np.full((3, 2), np.nan, np.float32))
    np.testing.assert_array_equal([found.mean, found.deviation], 0.0)
    assert found.n_rows == 0


def test_a_dimension_in_which_all_rows_are_equal_has_no_deviation() -> None:
    points = np.random.default_rng(0).normal(size=(30_000, 3)).astype(np.float32)
    points[:, 1] = 0.1  # no binary fraction: its mean is rounded
    found = finite_moments(points)
    assert found.deviation[1] == found.inverse_deviation[1] == 0.0
    np.testing.assert_allclose(found.inverse_deviation[[0, 2]], 1 / found.deviation[[0, 2]])


def test_one_row_that_differs_by_the_last_digit_is_a_deviation() -> None:
    points = np.full((100_000, 1), 3.7, np.float32)
    points[77] = np.nextafter(np.float32(3.7), np.float32(4))
    assert finite_moments(points).deviation[0] > 0
