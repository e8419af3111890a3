"""Beside the parity with a naive search in ``tests/parity/compute/test_nearest.py``."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.search_space import transformed_space


def search(
    points: NDArray[np.float32], row: int, n_neighbors: int, distance: Distance
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    rows, distances = nearest(transformed_space(points), np.array([row]), n_neighbors, distance)
    return rows[0], distances[0]


@pytest.mark.parametrize("distance", Distance)
def test_rows_that_are_not_finite_are_no_answer(distance: Distance) -> None:
    points = np.ones((6, 2), np.float32)
    points[1, 0], points[3, 1], points[4] = np.nan, np.inf, -np.inf
    rows, distances = search(points, 0, 10, distance)
    np.testing.assert_array_equal(rows, [2, 5])
    expected = -2 if distance is Distance.DOT_PRODUCT else 0
    np.testing.assert_allclose(distances, expected, atol=1e-7)


@pytest.mark.parametrize("distance", Distance)
@pytest.mark.parametrize(("n_points", "n_neighbors", "n_found"), [(1, 5, 0), (5, 0, 0), (5, 4, 4), (5, 9, 4)])
def test_no_more_neighbors_than_there_are(distance: Distance, n_points: int, n_neighbors: int, n_found: int) -> None:
    points = np.arange(1, 2 * n_points + 1, dtype=np.float32).reshape(n_points, 2)
    rows, distances = search(points, 0, n_neighbors, distance)
    assert len(rows) == len(distances) == n_found
    assert 0 not in rows
    assert rows.dtype == np.uint32
    assert distances.dtype == np.float32


@pytest.mark.parametrize("distance", Distance)
def test_equal_rows_are_answered_in_their_order(distance: Distance) -> None:
    points = np.full((500, 3), 0.7, np.float32)
    rows, _ = search(points, 250, 300, distance)
    np.testing.assert_array_equal(rows, [row for row in range(301) if row != 250])


def test_a_row_of_zeros_has_no_direction() -> None:
    points = np.array([[1, 1], [0, 0], [2, 0], [-5, 1]], np.float32)
    np.testing.assert_array_equal(search(points, 0, 3, Distance.COSINE)[0], [2, 3])
    np.testing.assert_array_equal(search(points, 0, 3, Distance.EUCLIDEAN)[0], [1, 2, 3])
    np.testing.assert_array_equal(search(points, 1, 3, Distance.DOT_PRODUCT)[0], [0, 2, 3])


def test_opposite_rows_are_at_cosine_distance_two() -> None:
    points = np.array([[1, 2], [-3, -6], [4, 8]], np.float32)
    rows, distances = search(points, 0, 2, Distance.COSINE)
    np.testing.assert_array_equal(rows, [2, 1])
    np.testing.assert_allclose(distances, [0, 2], atol=1e-6)


def test_the_largest_product_is_nearest() -> None:
    points = np.array([[1, 1], [1, 1.5], [9, 9], [-4, 0]], np.float32)
    rows, distances = search(points, 0, 3, Distance.DOT_PRODUCT)
    np.testing.assert_array_equal(rows, [2, 1, 3])
    np.testing.assert_array_equal(distances, [-18, -2.5, 4])


@pytest.mark.parametrize("distance", [Distance.EUCLIDEAN, Distance.DOT_PRODUCT])
def test_distances_beyond_float32_are_its_largest_number(distance: Distance) -> None:
    points = np.array([[3e38, 3e38], [-3e38, -3e38]], np.float32)
    _, distances = search(points, 0, 1, distance)
    assert distances[0] == np.finfo(np.float32).max


def test_several_rows_are_answered_as_each_alone() -> None:
    points = np.random.default_rng(0).normal(size=(3000, 40)).astype(np.float32)
    space = transformed_space(points)
    for distance in Distance:
        rows, distances = nearest(space, np.array([2999, 3, 3]), 7, distance)
        for position, row in enumerate((2999, 3, 3)):
            alone = search(points, row, 7, distance)
            np.testing.assert_array_equal(rows[position], alone[0])
            np.testing.assert_array_equal(distances[position], alone[1])
