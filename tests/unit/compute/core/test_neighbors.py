"""Beside the parity with other searches in ``tests/parity/compute/test_neighbors.py``."""

from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.session import Interrupted, Request


@pytest.mark.parametrize(("n_points", "n_neighbors"), [(1, 0), (2, 1), (3, 2), (40, 39), (40, 0)])
def test_all_other_rows_can_be_neighbors(n_points: int, n_neighbors: int) -> None:
    points = np.random.default_rng(0).normal(size=(n_points, 3)).astype(np.float32)
    table = nearest_neighbors(points, n_neighbors)
    assert table.rows.shape == table.squared_distances.shape == (n_points, n_neighbors)
    for row in range(n_points):
        assert len(set(table.rows[row]) - {row}) == n_neighbors
    assert (np.diff(table.squared_distances, axis=1) >= 0).all()


def test_equal_rows_are_neighbors_at_no_distance_in_their_order() -> None:
    points = np.repeat(np.random.default_rng(0).normal(size=(3, 100)), 300, axis=0).astype(np.float32)
    table = nearest_neighbors(points, 20)
    np.testing.assert_array_equal(table.squared_distances, 0.0)
    for row in (0, 10, 299, 300, 899):
        first = row // 300 * 300
        np.testing.assert_array_equal(table.rows[row], [r for r in range(first, first + 21) if r != row][:20])


def test_results_repeat_and_the_input_stays() -> None:
    points = np.random.default_rng(0).normal(size=(700, 9)).astype(np.float32)
    before = points.copy()
    first, second = nearest_neighbors(points, 10), nearest_neighbors(points, 10)
    np.testing.assert_array_equal(first.rows, second.rows)
    np.testing.assert_array_equal(first.squared_distances, second.squared_distances)
    np.testing.assert_array_equal(points, before)


def test_progress_rises_to_one_and_may_end_the_work() -> None:
    points = np.random.default_rng(0).normal(size=(1200, 3)).astype(np.float32)
    told: list[float] = []
    nearest_neighbors(points, 5, told.append)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (3, 1.0)

    def stop(done: float) -> None:
        raise Interrupted(Request.STOP)

    with pytest.raises(Interrupted):
        nearest_neighbors(points, 5, stop)
