"""Beside the parity with scikit-learn in ``tests/parity/compute/test_affinities.py``."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray

from projector_compute.core.neighbors import NeighborTable, nearest_neighbors
from projector_compute.core.tsne.affinities import (
    Affinities,
    conditional_affinities,
    effective_perplexity,
    joint_affinities,
    neighbors_needed,
)


def neighbors_of(points: NDArray[np.floating], perplexity: float) -> NeighborTable:
    return nearest_neighbors(np.asarray(points, np.float32), neighbors_needed(perplexity, len(points)))


def dense(affinities: Affinities) -> NDArray[np.float32]:
    shape = (affinities.n_points, affinities.n_points)
    return scipy.sparse.csr_array((affinities.values, affinities.indices, affinities.indptr), shape).toarray()


def entropies(conditional: NDArray[np.float64]) -> NDArray[np.float64]:
    logarithms = np.log(conditional, out=np.zeros_like(conditional), where=conditional > 0)
    return np.asarray(-(conditional * logarithms).sum(axis=1))


@pytest.mark.parametrize("perplexity", [1.5, 5.0, 30.0])
@pytest.mark.parametrize("factor", [1e-15, 1.0, 1e15])
def test_each_row_has_the_wanted_perplexity_in_any_unit(perplexity: float, factor: float) -> None:
    points = np.random.default_rng(0).normal(size=(200, 5))
    points[:20] *= 50  # some rows are far from all others
    table = neighbors_of(points, perplexity)
    scaled = NeighborTable(table.rows, table.squared_distances * np.float32(factor))
    conditional = conditional_affinities(scaled.squared_distances, perplexity)
    np.testing.assert_allclose(conditional.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(entropies(conditional), math.log(perplexity), atol=1e-6)
    assert (np.diff(conditional, axis=1) <= 0).all()  # the nearer, the more


def test_joint_affinities_are_symmetric_with_sum_one_and_an_empty_diagonal() -> None:
    table = neighbors_of(np.random.default_rng(0).normal(size=(300, 5)), 10.0)
    affinities = joint_affinities(table, 10.0)
    matrix = dense(affinities)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert affinities.values.sum(dtype=np.float64) == pytest.approx(1.0, abs=1e-6)
    assert not matrix.diagonal().any()
    assert (affinities.values > 0).all()
    assert affinities.indptr.dtype == np.int64
    assert affinities.indices.dtype == np.int32
    assert affinities.values.dtype == np.float32
    for row in range(300):
        assert (np.diff(affinities.indices[affinities.indptr[row] : affinities.indptr[row + 1]]) > 0).all()


def test_more_equal_rows_than_neighbors_share_evenly() -> None:
    table = neighbors_of(np.ones((50, 3)), 5.0)
    conditional = conditional_affinities(table.squared_distances, 5.0)
    np.testing.assert_allclose(conditional, 1 / table.rows.shape[1], rtol=1e-12)


def test_duplicates_beyond_the_perplexity_take_all_the_weight() -> None:
    points = np.vstack([np.zeros((11, 2)), np.random.default_rng(0).normal(size=(39, 2)) + 5])
    table = neighbors_of(points, 4.0)
    conditional = conditional_affinities(table.squared_distances, 4.0)
    np.testing.assert_allclose(conditional[0, :10], 0.1, rtol=1e-9)
    np.testing.assert_allclose(conditional[0, 10:], 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("n_points", "perplexity", "effective", "n_neighbors"),
    [
        (1000, 30.0, 30.0, 90),
        (1000, 33.4, 33.4, 100),
        (91, 30.0, 30.0, 90),
        (90, 30.0, 89 / 3, 89),
        (7, 30.0, 2.0, 6),
        (4, 30.0, 1.0, 3),
        (3, 30.0, 1.0, 2),
        (2, 30.0, 1.0, 1),
        (1, 30.0, 1.0, 0),
    ],
)
def test_the_perplexity_is_lowered_where_points_are_few(
    n_points: int, perplexity: float, effective: float, n_neighbors: int
) -> None:
    assert effective_perplexity(perplexity, n_points) == pytest.approx(effective)
    assert neighbors_needed(perplexity, n_points) == n_neighbors


@pytest.mark.parametrize("n_points", [2, 3, 4])
def test_a_few_points_have_affinities(n_points: int) -> None:
    table = neighbors_of(np.random.default_rng(0).normal(size=(n_points, 2)), 30.0)
    matrix = dense(joint_affinities(table, effective_perplexity(30.0, n_points)))
    assert matrix.sum(dtype=np.float64) == pytest.approx(1.0, abs=1e-6)
    assert (matrix.sum(axis=1) > 0).all()


def test_one_point_has_no_affinities() -> None:
    affinities = joint_affinities(neighbors_of(np.ones((1, 2)), 30.0), 1.0)
    assert affinities.n_points == 1
    assert len(affinities.values) == 0


def test_several_perplexities_give_the_mean_of_their_affinities() -> None:
    table = neighbors_of(np.random.default_rng(0).normal(size=(150, 4)), 30.0)
    single = [dense(joint_affinities(table, perplexity)).astype(np.float64) for perplexity in (3.0, 30.0)]
    both = dense(joint_affinities(table, 3.0, 30.0))
    np.testing.assert_allclose(both, (single[0] + single[1]) / 2, rtol=1e-5, atol=1e-12)
