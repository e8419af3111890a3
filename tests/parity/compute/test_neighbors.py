"""All rows' neighbors against a search of all pairs and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from parity.compute.searches import clusters, lattice, nearest_of, squared_distances
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_rows, unit_scale

DIGITS = np.asarray(load_digits().data, np.float32)
CASES = {
    "digits": unit_scale(DIGITS),
    "directions of digits": unit_rows(DIGITS),
    "many dimensions": unit_scale(clusters(1, 300, 2000, 1.0)),
    "one dimension": unit_scale(np.random.default_rng(0).normal(size=(700, 1)).astype(np.float32)),
    "tight clusters": clusters(5, 200, 20, 1e-3),
    "very tight clusters": clusters(5, 200, 80, 1e-5),
    "duplicates": clusters(30, 40, 20, 0.0),
    "rows of zeros": np.where(np.arange(900)[:, np.newaxis] % 3, clusters(1, 900, 9, 1.0), np.float32(0)),
    "ties": lattice(11),
}


@pytest.mark.parametrize("n_neighbors", [1, 15])
@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_neighbors_are_those_of_all_pairs(points: NDArray[np.float32], n_neighbors: int) -> None:
    table = nearest_neighbors(points, n_neighbors)
    for row in range(0, len(points), 3):
        expected_rows, expected = nearest_of(squared_distances(points, row), row, n_neighbors)
        found = table.squared_distances[row]
        # A few float32 roundings in the sum of each distance.
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=0)
        # Which of two rows is nearer is decided where they differ by more than that.
        for position in np.flatnonzero(table.rows[row] != expected_rows):
            true = squared_distances(points, row)[table.rows[row, position]]
            assert true == pytest.approx(expected[position], rel=1e-6)


@pytest.mark.parametrize("name", ["duplicates", "rows of zeros", "ties"])
def test_exact_ties_are_in_the_order_of_rows(name: str) -> None:
    points = CASES[name]
    table = nearest_neighbors(points, 15)
    n_compared = 0
    for row in range(0, len(points), 7):
        expected_rows, expected = nearest_of(squared_distances(points, row), row, 15)
        if (expected % 1 == 0).all():  # whole numbers, which float32 sums without rounding
            np.testing.assert_array_equal(table.rows[row], expected_rows)
            n_compared += 1
    assert n_compared > 20


def test_neighbors_are_those_of_scikit_learn() -> None:
    points = DIGITS
    table = nearest_neighbors(unit_scale(points), 30)
    search = NearestNeighbors(n_neighbors=30, algorithm="brute").fit(points.astype(np.float64))
    _, expected = search.kneighbors()
    agreeing = [len(set(ours) & set(theirs)) for ours, theirs in zip(table.rows, expected, strict=True)]
    assert np.mean(agreeing) / 30 > 0.999  # whole pixels: a few ties at the last place are cut elsewhere
