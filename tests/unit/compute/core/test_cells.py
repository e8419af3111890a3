from __future__ import annotations

import numpy as np

from projector_compute.core.cells import cells_of, nearest_centroids


def test_each_row_is_in_the_cell_of_its_nearest_centroid() -> None:
    points = np.random.default_rng(0).normal(size=(1000, 5)).astype(np.float32)
    cells = cells_of(points, 31, seed=0)
    np.testing.assert_array_equal(np.sort(cells.order), np.arange(1000))
    nearest = nearest_centroids(points, cells.centroids)
    np.testing.assert_array_equal(cells.of_positions(np.arange(1000)), nearest[cells.order])
    for start, end in zip(cells.starts, cells.starts[1:], strict=False):
        assert (np.diff(cells.order[start:end]) > 0).all()


def test_cells_find_clusters_that_lie_apart() -> None:
    label = np.random.default_rng(0).integers(4, size=2000)
    points = (100 * np.eye(4)[label] + np.random.default_rng(1).normal(size=(2000, 4))).astype(np.float32)
    cells = cells_of(points, 40, seed=0)
    mixed = [len(set(label[cells.order[a:b]])) for a, b in zip(cells.starts, cells.starts[1:], strict=False) if b > a]
    assert max(mixed) == 1


def test_equal_rows_leave_cells_empty_and_lose_no_row() -> None:
    cells = cells_of(np.ones((50, 2), np.float32), 7, seed=0)
    assert (cells.starts[0], cells.starts[-1], len(cells.starts)) == (0, 50, 8)
    np.testing.assert_array_equal(np.sort(cells.order), np.arange(50))


def test_the_same_seed_gives_the_same_cells() -> None:
    points = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
    first, second, other = (cells_of(points, 20, seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.order, second.order)
    assert not np.array_equal(first.centroids, other.centroids)
