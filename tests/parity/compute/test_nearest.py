"""One row's neighbors against a search of all rows in float64."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from parity.compute.searches import clusters, cosine_distances, lattice, nearest_of, squared_distances
from sklearn.datasets import load_digits

from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.search_space import transformed_space

N_NEIGHBORS = 20
CASES = {
    "digits": np.asarray(load_digits().data, np.float32),
    "several blocks": clusters(10, 500, 300, 1.0),
    "many dimensions": clusters(1, 300, 5000, 1.0),
    "one dimension": np.linspace(1, 2, 500, dtype=np.float32)[:, np.newaxis] ** 3,
    "tight clusters": clusters(5, 400, 40, 1e-4),
    "a large common offset": clusters(1, 3000, 64, 1.0) + np.float32(1e4),
    "huge values": clusters(3, 300, 30, 0.3) * np.float32(1e25),
    "tiny values": clusters(3, 300, 30, 0.3) * np.float32(1e-25),
    "the tiniest values": clusters(3, 300, 30, 0.3) * np.float32(1e-38),
    "values from tiny to huge": clusters(3, 300, 4, 0.3) * np.logspace(-30, 30, 900, dtype=np.float32)[:, np.newaxis],
    "ties": lattice(11) + np.float32(1),
}


@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_euclidean_neighbors_are_those_of_all_rows(points: NDArray[np.float32]) -> None:
    queries = np.arange(0, len(points), len(points) // 9)
    rows, distances = nearest(transformed_space(points), queries, N_NEIGHBORS, Distance.EUCLIDEAN)
    for position, row in enumerate(queries.tolist()):
        expected_rows, expected = nearest_of(np.sqrt(squared_distances(points, row)), row, N_NEIGHBORS)
        np.testing.assert_array_equal(rows[position], expected_rows)
        np.testing.assert_allclose(distances[position], expected, rtol=1e-6)


@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_cosine_neighbors_are_those_of_all_rows(points: NDArray[np.float32]) -> None:
    queries = np.arange(0, len(points), len(points) // 9)
    rows, distances = nearest(transformed_space(points), queries, N_NEIGHBORS, Distance.COSINE)
    for position, row in enumerate(queries.tolist()):
        true = cosine_distances(points, row)
        _, expected = nearest_of(true, row, N_NEIGHBORS)
        # 1 - cos in float64 is off by a few 1e-16: what lies closer together than that may be in either order.
        np.testing.assert_allclose(distances[position], expected, rtol=1e-6, atol=1e-15)
        np.testing.assert_allclose(true[rows[position]], expected, rtol=1e-6, atol=1e-15)
        assert len(set(rows[position])) == N_NEIGHBORS


@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_the_largest_products_are_those_of_all_rows(points: NDArray[np.float32]) -> None:
    queries = np.arange(0, len(points), len(points) // 9)
    rows, distances = nearest(transformed_space(points), queries, N_NEIGHBORS, Distance.DOT_PRODUCT)
    for position, row in enumerate(queries.tolist()):
        true = -(points.astype(np.float64) @ points[row].astype(np.float64))
        expected = np.sort(np.delete(true, row))[:N_NEIGHBORS]
        error = 1e-13 * float(np.abs(expected).max())
        # As float32, in which they are ordered, all products of tiny rows are 0.
        np.testing.assert_allclose(np.sort(true[rows[position]]), expected, rtol=1e-6, atol=error)
        largest = float(np.finfo(np.float32).max)
        smallest = float(np.finfo(np.float32).smallest_subnormal)
        clipped = np.clip(expected, -largest, largest)
        np.testing.assert_allclose(distances[position], clipped, rtol=1e-6, atol=max(error, smallest))
