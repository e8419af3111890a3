"""Beside the parity with other searches in ``tests/parity/compute/test_neighbors.py``."""

from __future__ import annotations

import numpy as np
import pytest

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
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


def test_neighbors_are_found_across_all_blocks() -> None:
    """Rows on a line: the nearest are the next ones, which for some rows lie in other blocks of products."""
    points = np.linspace(0, 2, 5000, dtype=np.float32)[:, np.newaxis]
    table = nearest_neighbors(points, 2)
    np.testing.assert_array_equal(np.sort(table.rows[1:-1], axis=1), np.arange(4998)[:, np.newaxis] + [0, 2])
    np.testing.assert_array_equal(table.rows[[0, -1]], [[1, 2], [4998, 4997]])


def test_ties_across_blocks_are_in_the_order_of_rows() -> None:
    """More equal rows than a block of products has, and rows farther away before and behind them."""
    points = np.zeros((4000, 2), np.float32)
    points[:50], points[3950:] = 1, -1
    table = nearest_neighbors(points, 12)
    for row in (50, 1023, 1024, 2500, 3949):
        np.testing.assert_array_equal(table.rows[row], [r for r in range(50, 63) if r != row][:12])
    np.testing.assert_array_equal(table.squared_distances[50:3950], 0.0)


@pytest.mark.parametrize("scale", [1e20, 1e-20])
def test_magnitude_changes_no_neighbor(scale: float) -> None:
    points = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    scaled = points * np.float32(scale)
    np.testing.assert_array_equal(
        nearest_neighbors(unit_scale(scaled), 9).rows, nearest_neighbors(unit_scale(points), 9).rows
    )


@pytest.mark.parametrize("n_dims", [1, 2])
def test_whole_numbers_in_few_dimensions(n_dims: int) -> None:
    points = np.random.default_rng(0).integers(0, 6, size=(200, n_dims)).astype(np.float32)
    table = nearest_neighbors(points, 5)
    for row in range(200):
        distances = ((points - points[row]) ** 2).sum(axis=1)
        distances[row] = np.inf
        np.testing.assert_array_equal(table.rows[row], np.argsort(distances, kind="stable")[:5])


def test_progress_rises_to_one_and_may_end_the_work() -> None:
    points = np.random.default_rng(0).normal(size=(5000, 3)).astype(np.float32)
    told: list[float] = []
    nearest_neighbors(points, 5, told.append)
    assert told == sorted(told)
    assert max(np.diff([0.0, *told])) < 0.25
    assert told[-1] == pytest.approx(1.0)

    def stop(done: float) -> None:
        raise Interrupted(Request.STOP)

    with pytest.raises(Interrupted):
        nearest_neighbors(points, 5, stop)
