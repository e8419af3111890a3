"""One row's neighbors against a search of all rows in float64."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from parity.compute.searches import clusters, cosine_distances, lattice, nearest_of, squared_distances
from sklearn.datasets import load_digits

from projector_compute.core.nearest import nearest_by_cosine, nearest_by_euclidean, row_norms

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
    for row in range(0, len(points), len(points) // 9):
        rows, distances = nearest_by_euclidean(points, row, N_NEIGHBORS)
        expected_rows, expected = nearest_of(np.sqrt(squared_distances(points, row)), row, N_NEIGHBORS)
        np.testing.assert_array_equal(rows, expected_rows)
        np.testing.assert_allclose(distances, expected, rtol=1e-6)


@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_cosine_neighbors_are_those_of_all_rows(points: NDArray[np.float32]) -> None:
    norms = row_norms(points)
    for row in range(0, len(points), len(points) // 9):
        rows, distances = nearest_by_cosine(points, norms, row, N_NEIGHBORS)
        true = cosine_distances(points, row)
        _, expected = nearest_of(true, row, N_NEIGHBORS)
        # 1 - cos in float64 is off by a few 1e-16: what lies closer together than that may be in either order.
        np.testing.assert_allclose(distances, expected, rtol=1e-6, atol=1e-15)
        np.testing.assert_allclose(true[rows], expected, rtol=1e-6, atol=1e-15)
        assert len(set(rows)) == N_NEIGHBORS
