from __future__ import annotations

import numpy as np

from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.preprocess import Transform
from projector_compute.core.search_space import transformed_space


def test_lengths_are_those_of_the_rows_at_any_magnitude() -> None:
    points = np.array([[3, 4], [0, 0], [3e30, 4e30], [3e-30, 4e-30], [np.nan, 1], [np.inf, 1]], np.float32)
    space = transformed_space(points)
    np.testing.assert_allclose(space.lengths, [5, 0, 5e30, 5e-30, np.nan, np.nan], rtol=1e-6)
    assert (space.n_not_finite, space.n_zero) == (2, 1)


def test_a_transformed_space_is_searched_as_the_transformed_rows() -> None:
    points = np.random.default_rng(0).normal(3.0, 2.0, size=(400, 6)).astype(np.float32)
    shift, scale = points.mean(axis=0, dtype=np.float64), np.arange(1.0, 7.0)
    rows = (points - shift) * scale
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    for to_unit, expected in ((False, rows), (True, unit)):
        space = transformed_space(points, Transform(shift, scale, to_unit))
        np.testing.assert_allclose(space.rows(np.arange(400)), expected, rtol=1e-12)
        np.testing.assert_allclose(space.lengths, np.linalg.norm(expected, axis=1), rtol=1e-12)
        for distance in Distance:
            found = nearest(space, np.array([7]), 20, distance)
            same = nearest(transformed_space(expected.astype(np.float32)), np.array([7]), 20, distance)
            np.testing.assert_array_equal(found[0], same[0])
            np.testing.assert_allclose(found[1], same[1], rtol=1e-4, atol=1e-6)


def test_a_row_at_the_mean_stays_zero_on_the_unit_sphere() -> None:
    points = np.array([[1, 1], [2, 1], [3, 1]], np.float32)
    space = transformed_space(points, Transform(np.array([2.0, 1.0]), np.ones(2), to_unit=True))
    np.testing.assert_array_equal(space.rows(np.arange(3)), [[-1, 0], [0, 0], [1, 0]])
    np.testing.assert_array_equal(space.lengths, [1, 0, 1])
