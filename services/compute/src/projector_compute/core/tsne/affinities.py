"""P: how much each point wants each other near, from distances of nearest neighbors."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.neighbors import NeighborTable

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

NEIGHBORS_PER_PERPLEXITY = 3
"""Beyond three times the perplexity a Gaussian's weights no longer matter (van der Maaten 2014, section 4.1)."""
_MAX_HALVINGS = 64
"""Doublings and halvings of the bandwidth; float64 has no finer ones to offer."""
_ENTROPY_TOLERANCE = 1e-7
"""In nats; tighter than what float32 keeps of P."""


@dataclass(frozen=True)
class Affinities:
    """A symmetric, sparse matrix with an empty diagonal, in compressed rows with ascending columns. P sums to 1.

    Attributes:
        indptr: int64 ``(n_points + 1,)``; row i holds entries ``indptr[i]`` to ``indptr[i + 1]``.
        indices: int32 ``(n_entries,)`` columns.
        values: float32 ``(n_entries,)``, above 0.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: Float32Array

    def __post_init__(self) -> None:
        # Kernels are compiled for read-only arrays alone, whether these were just made or are mapped from a file.
        for array in (self.indptr, self.indices, self.values):
            array.setflags(write=False)

    @property
    def n_points(self) -> int:
        return len(self.indptr) - 1


def effective_perplexity(perplexity: float, n_points: int) -> float:
    """The perplexity, lowered to a third of the other points where they are few, but never below 1."""
    return max(1.0, min(perplexity, (n_points - 1) / NEIGHBORS_PER_PERPLEXITY))


def neighbors_needed(perplexity: float, n_points: int) -> int:
    """How many neighbors of each point the affinities take into account; the largest perplexity decides."""
    return min(n_points - 1, math.floor(NEIGHBORS_PER_PERPLEXITY * effective_perplexity(perplexity, n_points)))


def joint_affinities(table: NeighborTable, *perplexities: float) -> Affinities:
    """Gaussian weights whose bandwidth gives each row the wanted perplexity, made symmetric, with sum 1.

    Several perplexities give the mean of their weights, which keeps neighborhoods of all these sizes (Kobak and Berens
    2019, after J. Lee et al., "Multi-scale similarities in stochastic neighbour embedding", Neurocomputing 169 (2015)).

    Args:
        table: each point's nearest others.
        perplexities: effective numbers of neighbors, at least one; where one exceeds the neighbors there are, its
            weights become equal.
    """
    n_points, n_neighbors = table.rows.shape
    conditional = conditional_affinities(table.squared_distances, perplexities[0])
    for perplexity in perplexities[1:]:
        conditional += conditional_affinities(table.squared_distances, perplexity)
    conditional /= len(perplexities)
    matrix = scipy.sparse.csr_array(
        (conditional.ravel(), table.rows.ravel(), np.arange(n_points + 1, dtype=np.int64) * n_neighbors),
        shape=(n_points, n_points),
    )
    joint = scipy.sparse.csr_array(matrix + matrix.T)
    joint.sum_duplicates()  # sorts the columns of each row, too
    values = (joint.data / joint.data.sum() if joint.nnz else joint.data).astype(np.float32)
    joint = scipy.sparse.csr_array((values, joint.indices, joint.indptr), shape=joint.shape)
    joint.eliminate_zeros()
    return Affinities(joint.indptr.astype(np.int64), joint.indices.astype(np.int32), joint.data)


def conditional_affinities(squared_distances: Float32Array, perplexity: float) -> Float64Array:
    """P(j|i) over each row's neighbors, float64 like ``squared_distances``, each row with sum 1."""
    conditional = np.empty(squared_distances.shape)
    if conditional.size:
        _fit_bandwidths(squared_distances, math.log(perplexity), conditional)
    return conditional


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _fit_bandwidths(squared_distances: Float32Array, entropy: float, conditional: Float64Array) -> None:
    """Bisection on the precision beta of ``exp(-beta d^2)``; distances count from the row's smallest."""
    n_points, n_neighbors = squared_distances.shape
    for point in prange(n_points):
        smallest = np.float64(squared_distances[point, 0])
        spread = np.float64(squared_distances[point, n_neighbors - 1]) - smallest
        # Starting at the row's own scale makes the search independent of the data's unit.
        beta = 1.0 / spread if spread > 0.0 else 1.0
        lower, upper = 0.0, np.inf
        for _ in range(_MAX_HALVINGS):
            total, weighted = 0.0, 0.0
            for k in range(n_neighbors):
                distance = squared_distances[point, k] - smallest
                weight = math.exp(-beta * distance)
                conditional[point, k] = weight
                total += weight
                weighted += weight * distance
            excess = math.log(total) + beta * weighted / total - entropy
            if abs(excess) < _ENTROPY_TOLERANCE:
                break
            if excess > 0.0:
                lower = beta
                beta = 2.0 * beta if upper == np.inf else 0.5 * (beta + upper)
            else:
                upper = beta
                beta = 0.5 * (beta + lower)
        for k in range(n_neighbors):
            conditional[point, k] /= total
