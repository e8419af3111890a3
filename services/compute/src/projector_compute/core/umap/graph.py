"""The fuzzy graph: how much each pair of near points belongs together."""

from __future__ import annotations

import math

import numpy as np
import scipy.sparse
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.supervision import IGNORED, OWN

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]

_MAX_HALVINGS = 64
_TOLERANCE = 1e-5
_LEAST_BANDWIDTH = 1e-3
"""Of the mean distance: rows with many equals would otherwise have none."""
_UNKNOWN_DISTANCE = 1.0
_FAR_DISTANCE = 2.5
"""In the exponent of a pair's membership, by their labels (umap-learn's defaults)."""


def fuzzy_graph(rows: Int32Array, distances: Float32Array) -> Affinities:
    """Memberships of neighbors, made symmetric: those of either point's view, ``p + q - p q``.

    Args:
        rows: nearest other points of each point, ``(n_points, n_neighbors)``.
        distances: of theirs, ascending, in any unit.

    Returns:
        memberships above 0 up to 1; they do not sum to 1 as t-SNE's affinities do.
    """
    n_points, n_neighbors = rows.shape
    memberships = np.empty(rows.shape)
    if memberships.size:
        _fit(distances, math.log2(n_neighbors + 1), float(distances.mean(dtype=np.float64)), memberships)
    ends = np.arange(n_points + 1, dtype=np.int64) * n_neighbors
    return _union(scipy.sparse.csr_array((memberships.ravel(), rows.ravel(), ends), shape=(n_points, n_points)))


def supervised_graph(graph: Affinities, labels: Int32Array, weight: float) -> Affinities:
    """The graph with pairs of different labels pulled apart, each point's strongest membership made 1 again.

    Args:
        labels: int32 ``(n_points,)``, 0 or more, ``IGNORED`` or ``OWN`` (like no other).
        weight: 0 to 1, of the labels against the distances; 0 gives the graph itself.
    """
    if not weight or not len(graph.values):
        return graph
    heads = np.repeat(np.arange(graph.n_points), np.diff(graph.indptr))
    own, other = labels[heads], labels[graph.indices]
    far = _FAR_DISTANCE / (1.0 - weight) if weight < 1 else np.inf
    is_unknown = (own == IGNORED) | (other == IGNORED)
    is_apart = ~is_unknown & ((own != other) | (own == OWN))
    values = graph.values * np.where(is_unknown, np.exp(-_UNKNOWN_DISTANCE), np.where(is_apart, np.exp(-far), 1.0))
    strongest = np.zeros(graph.n_points)
    np.maximum.at(strongest, heads, values)
    values = np.divide(values, strongest[heads], out=np.zeros_like(values), where=strongest[heads] > 0)
    shape = (graph.n_points, graph.n_points)
    return _union(scipy.sparse.csr_array((values, graph.indices, graph.indptr), shape=shape))


def _union(directed: scipy.sparse.csr_array) -> Affinities:
    reverse = directed.T.tocsr()
    union = scipy.sparse.csr_array(directed + reverse - directed.multiply(reverse))
    union.sum_duplicates()
    union.data = union.data.astype(np.float32)
    union.eliminate_zeros()
    return Affinities(union.indptr.astype(np.int64), union.indices.astype(np.int32), union.data)


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _fit(distances: Float32Array, wanted: float, mean_distance: float, memberships: NDArray[np.float64]) -> None:
    """Bisection on each point's bandwidth so that its memberships sum to log2 of its neighbors, itself among them.

    Distances count from the nearest other place, whose membership is 1.
    """
    n_points, n_neighbors = distances.shape
    for point in prange(n_points):
        nearest, total = 0.0, 0.0
        for k in range(n_neighbors):
            distance = np.float64(distances[point, k])
            total += distance
            if nearest == 0.0:
                nearest = distance
        lower, upper, bandwidth = 0.0, np.inf, total / n_neighbors if total > 0.0 else 1.0
        for _ in range(_MAX_HALVINGS):
            found = 0.0
            for k in range(n_neighbors):
                beyond = np.float64(distances[point, k]) - nearest
                found += math.exp(-beyond / bandwidth) if beyond > 0.0 else 1.0
            if abs(found - wanted) < _TOLERANCE:
                break
            if found > wanted:
                upper = bandwidth
                bandwidth = 0.5 * (lower + upper)
            else:
                lower = bandwidth
                bandwidth = 2.0 * bandwidth if upper == np.inf else 0.5 * (lower + upper)
        own_mean = total / n_neighbors
        bandwidth = max(bandwidth, _LEAST_BANDWIDTH * (own_mean if nearest > 0.0 else mean_distance))
        for k in range(n_neighbors):
            beyond = np.float64(distances[point, k]) - nearest
            memberships[point, k] = math.exp(-beyond / bandwidth) if beyond > 0.0 and bandwidth > 0.0 else 1.0
