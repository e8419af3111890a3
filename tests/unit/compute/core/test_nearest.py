"""Beside the parity with a naive search in ``tests/parity/compute/test_nearest.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core.nearest import nearest_by_cosine, nearest_by_euclidean, row_norms

Found: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.float32]]
Search: TypeAlias = Callable[[NDArray[np.float32], int, int], Found]


def cosine(points: NDArray[np.float32], row: int, n_neighbors: int) -> Found:
    return nearest_by_cosine(points, row_norms(points), row, n_neighbors)


@pytest.mark.parametrize("search", [nearest_by_euclidean, cosine])
def test_rows_that_are_not_finite_are_no_answer(search: Search) -> None:
    points = np.ones((6, 2), np.float32)
    points[1, 0], points[3, 1], points[4] = np.nan, np.inf, -np.inf
    rows, distances = search(points, 0, 10)
    np.testing.assert_array_equal(rows, [2, 5])
    np.testing.assert_allclose(distances, 0.0, atol=1e-7)


@pytest.mark.parametrize("search", [nearest_by_euclidean, cosine])
@pytest.mark.parametrize(("n_points", "n_neighbors", "n_found"), [(1, 5, 0), (5, 0, 0), (5, 4, 4), (5, 9, 4)])
def test_no_more_neighbors_than_there_are(search: Search, n_points: int, n_neighbors: int, n_found: int) -> None:
    points = np.arange(1, 2 * n_points + 1, dtype=np.float32).reshape(n_points, 2)
    rows, distances = search(points, 0, n_neighbors)
    assert len(rows) == len(distances) == n_found
    assert 0 not in rows
    assert rows.dtype == np.uint32
    assert distances.dtype == np.float32


@pytest.mark.parametrize("search", [nearest_by_euclidean, cosine])
def test_equal_rows_are_answered_in_their_order(search: Search) -> None:
    points = np.full((500, 3), 0.7, np.float32)
    rows, distances = search(points, 250, 300)
    np.testing.assert_array_equal(rows, [row for row in range(301) if row != 250])
    np.testing.assert_allclose(distances, 0.0, atol=1e-7)


def test_a_row_of_zeros_is_at_cosine_distance_one_from_all() -> None:
    points = np.array([[0, 0], [2, 0], [0, 0], [-5, 1]], np.float32)
    rows, distances = cosine(points, 0, 3)
    np.testing.assert_array_equal(rows, [1, 2, 3])
    np.testing.assert_array_equal(distances, 1.0)


def test_opposite_rows_are_at_cosine_distance_two() -> None:
    points = np.array([[1, 2], [-3, -6], [4, 8]], np.float32)
    rows, distances = cosine(points, 0, 2)
    np.testing.assert_array_equal(rows, [2, 1])
    np.testing.assert_allclose(distances, [0, 2], atol=1e-6)


def test_norms_are_those_of_the_rows() -> None:
    points = np.array([[3, 4], [0, 0], [3e30, 4e30], [3e-30, 4e-30]], np.float32)
    np.testing.assert_allclose(row_norms(points), [5, 0, 5e30, 5e-30], rtol=1e-6)
