from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.supervision import IGNORED, OWN
from projector_compute.core.umap.graph import fuzzy_graph, supervised_graph


def graph_of(points: NDArray[np.floating], n_neighbors: int = 5) -> Affinities:
    table = nearest_neighbors(np.asarray(points, np.float32), n_neighbors)
    return fuzzy_graph(table.rows, np.sqrt(table.squared_distances))


def dense(graph: Affinities) -> NDArray[np.float64]:
    shape = (graph.n_points, graph.n_points)
    matrix = scipy.sparse.csr_array((graph.values, graph.indices, graph.indptr), shape)
    return np.asarray(matrix.toarray(), np.float64)


@pytest.fixture
def points() -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)


def test_memberships_are_symmetric_and_the_nearest_is_1(points: NDArray[np.float32]) -> None:
    matrix = dense(graph_of(points))
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(matrix.diagonal(), 0.0)
    assert matrix.max() <= 1.0
    np.testing.assert_allclose(matrix.max(axis=1), 1.0)


@pytest.mark.parametrize("factor", [1e-15, 1.0, 1e15])
def test_the_unit_of_the_distances_does_not_matter(points: NDArray[np.float32], factor: float) -> None:
    table = nearest_neighbors(points, 5)
    distances = np.sqrt(table.squared_distances)
    scaled = fuzzy_graph(table.rows, (distances * factor).astype(np.float32))
    np.testing.assert_allclose(dense(scaled), dense(fuzzy_graph(table.rows, distances)), atol=1e-4)


def test_equal_rows_belong_together_fully() -> None:
    matrix = dense(graph_of(np.ones((8, 3)), 3))
    assert set(np.unique(matrix)) <= {0.0, 1.0}
    assert (matrix.sum(axis=1) >= 3).all()


def test_labels_pull_pairs_apart(points: NDArray[np.float32]) -> None:
    graph = graph_of(points)
    labels = (np.arange(60) % 2).astype(np.int32)
    labels[:4], labels[4:8] = IGNORED, OWN
    before, after = dense(graph), dense(supervised_graph(graph, labels, 0.5))
    np.testing.assert_array_equal(after, after.T)
    is_known = (labels[:, np.newaxis] >= 0) & (labels >= 0)
    is_same = is_known & (labels[:, np.newaxis] == labels)
    share = after[is_same].sum() / after.sum()
    assert share > before[is_same].sum() / before.sum()
    stronger = dense(supervised_graph(graph, labels, 0.9))
    assert stronger[is_known & ~is_same].sum() < after[is_known & ~is_same].sum()


def test_weight_0_changes_nothing_and_weight_1_parts_labels_wholly(points: NDArray[np.float32]) -> None:
    graph = graph_of(points)
    labels = (np.arange(60) % 2).astype(np.int32)
    assert supervised_graph(graph, labels, 0.0) is graph
    parted = dense(supervised_graph(graph, labels, 1.0))
    assert parted[labels[:, np.newaxis] != labels].sum() == 0.0


def test_a_point_alone_has_an_empty_graph() -> None:
    graph = fuzzy_graph(np.empty((1, 0), np.int32), np.empty((1, 0), np.float32))
    assert (graph.n_points, len(graph.values)) == (1, 0)
