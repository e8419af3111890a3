from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core import approximate_neighbors as module
from projector_compute.core import neighbor_graph as graph_module
from projector_compute.core.approximate_neighbors import approximate_neighbors
from projector_compute.core.neighbor_graph import neighbor_graph
from projector_compute.core.neighbors import NeighborTable, nearest_neighbors


def strands(n_points: int = 6000) -> NDArray[np.float32]:
    """Rows along curves through 20 dimensions: few of all cells are near any of them."""
    rng = np.random.default_rng(0)
    place = rng.uniform(0, 1, size=(n_points, 1))
    turns = rng.normal(size=(4, 20))[rng.integers(4, size=n_points)]
    return np.asarray(np.sin(6 * place * turns) + 0.01 * rng.normal(size=(n_points, 20)), np.float32)


def recall(found: NeighborTable, exact: NeighborTable) -> float:
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact.rows, found.rows, strict=True)]))


def test_most_neighbors_are_found_and_it_is_told_how_many() -> None:
    points = strands()
    exact = nearest_neighbors(points, 15)
    found = approximate_neighbors(points, 15, seed=0)
    assert recall(found.table, exact) > 0.97
    assert found.recall == pytest.approx(recall(found.table, exact), abs=0.01)
    assert found.n_sampled == 500


def test_where_hardly_any_cell_is_looked_into_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_PART", 0.02)
    points = np.random.default_rng(0).normal(size=(4000, 30)).astype(np.float32)
    found = approximate_neighbors(points, 15, seed=0)
    true = recall(found.table, nearest_neighbors(points, 15))
    assert true < 0.6
    assert found.recall == pytest.approx(true, abs=0.05)


def test_rows_that_are_found_have_their_exact_distances() -> None:
    points = strands(2000)
    table = approximate_neighbors(points, 9, seed=0).table
    for row in range(0, 2000, 41):
        true = ((points[table.rows[row]].astype(np.float64) - points[row]) ** 2).sum(axis=1)
        np.testing.assert_allclose(table.squared_distances[row], true, rtol=1e-6)
        assert row not in table.rows[row]
        assert len(set(table.rows[row])) == 9
    assert (np.diff(table.squared_distances, axis=1) >= 0).all()


@pytest.mark.parametrize(("n_points", "n_neighbors"), [(2, 1), (3, 2), (40, 39), (200, 150)])
def test_cells_that_hold_too_few_rows_look_into_more(n_points: int, n_neighbors: int) -> None:
    points = np.random.default_rng(0).normal(size=(n_points, 3)).astype(np.float32)
    table = approximate_neighbors(points, n_neighbors, seed=0).table
    for row in range(n_points):
        assert len(set(table.rows[row]) - {row}) == n_neighbors


def test_equal_rows_are_neighbors_at_no_distance() -> None:
    table = approximate_neighbors(np.ones((300, 4), np.float32), 5, seed=0).table
    np.testing.assert_array_equal(table.squared_distances, 0.0)


def test_the_same_seed_finds_the_same() -> None:
    points = strands(1500)
    first, second = (approximate_neighbors(points, 9, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.table.rows, second.table.rows)
    assert first.recall == second.recall


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    approximate_neighbors(strands(1500), 9, seed=0, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_all_pairs_are_compared_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    points = strands(1000)
    exact = neighbor_graph(points, 9, seed=0)
    monkeypatch.setattr(graph_module, "EXACT_WORK", 1000.0**2 * 20 - 1)
    approximate = neighbor_graph(points, 9, seed=0)
    assert (exact.recall, exact.n_sampled) == (1.0, 0)
    np.testing.assert_array_equal(exact.table.rows, nearest_neighbors(points, 9).rows)
    assert (approximate.recall < 1.0, approximate.n_sampled) == (True, 500)
