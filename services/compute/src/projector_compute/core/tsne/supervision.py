"""Labels that draw points of the same one together, and keep those of others apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import Affinities

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]

IGNORED = -1
"""Label of a point that supervision passes over."""
OWN = -2
"""Label of a point that is like no other: what it should be called is not known."""
_LEAST = 1e-7
"""Of a factor: a pair loses nearly all of its affinity, but stays a pair."""


def supervised(affinities: Affinities, labels: Int32Array, weight: float) -> Affinities:
    """P with each pair weighted by its labels, again with sum 1.

    Source: TensorBoard's Embedding Projector, supervised t-SNE. With N points, ``same_i`` of point i's label and
    ``other_i`` of all labels but the ignored one and i's, the factor of a pair is ``1/N + weight / same_i`` for equal
    labels, ``1/N - weight / other_i`` for different ones, both between 1e-7 and 1 - 1e-7, and ``1/N`` where a label is
    ignored. There the factor is that of the pair's first point and P is no longer symmetric, so that no divergence is
    descended; here it is the mean of both points' factors.

    Args:
        affinities: P.
        labels: int32 ``(n_points,)``, 0 or more, ``IGNORED`` or ``OWN``.
        weight: 0 to 1; 0 gives P itself.
    """
    if not weight or not len(affinities.values):
        return affinities
    rows = np.repeat(np.arange(affinities.n_points), np.diff(affinities.indptr))
    same, other = _factors(labels, weight)
    is_same = (labels[rows] == labels[affinities.indices]) & (labels[rows] >= 0)
    factors = 0.5 * np.where(is_same, same[rows] + same[affinities.indices], other[rows] + other[affinities.indices])
    is_ignored = (labels[rows] == IGNORED) | (labels[affinities.indices] == IGNORED)
    factors[is_ignored] = 1.0 / affinities.n_points
    weighted = affinities.values * factors
    # A pair that float32 would lose stays one, however faint.
    values = np.maximum((weighted / weighted.sum()).astype(np.float32), np.finfo(np.float32).tiny)
    return Affinities(affinities.indptr, affinities.indices, values)


def _factors(labels: Int32Array, weight: float) -> tuple[Float64Array, Float64Array]:
    """Of each point with points of its own label, and with points of another one."""
    n_points = len(labels)
    counts = np.bincount(labels[labels >= 0], minlength=1)
    same = np.where(labels >= 0, counts[np.maximum(labels, 0)], 1)
    other = np.maximum(n_points - same - np.count_nonzero(labels == IGNORED), 1)
    base = 1.0 / n_points
    return np.minimum(base + weight / same, 1 - _LEAST), np.maximum(base - weight / other, _LEAST)
