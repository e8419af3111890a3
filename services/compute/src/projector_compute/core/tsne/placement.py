"""New points on a finished map, which stays as it is.

Source: P. Policar, M. Strazar, B. Zupan, "Embedding to reference t-SNE space addresses batch effects in single-cell
classification", Discovery Science (2019): each new point, without looking at the other new ones, minimises
``KL(p_i || q_i)``, with ``p_i`` over its neighbors among the points of the map and ``q_i`` over all of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import conditional_affinities, effective_perplexity, neighbors_needed
from projector_compute.core.tsne.repulsion.exact import BLOCK_POINTS, sum_block

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

_BLOCK_VALUES = 2**22
"""Distances of one block of new points to all of the map's."""
_STEPS = 200
_LEARNING_RATE = 0.5
_MOMENTUM = 0.8
_MAX_MOVE = 1.0
"""Along a dimension, in one step: from between two clusters a point must not be thrown across the map."""


def place(
    points: Float32Array, reference: Float32Array, layout: Float32Array, perplexity: float, n_steps: int = _STEPS
) -> Float32Array:
    """Coordinates of new points on a map of others, float32 ``(n_new, n_dims)``.

    A point starts at the mean of its neighbors on the map, weighted by their affinities.

    Args:
        points: ``(n_new, n_original_dims)``, finite, prepared (scaled, made unit) as ``reference`` was.
        reference: ``(n_points, n_original_dims)``, of the points on the map, at least two.
        layout: ``(n_points, n_dims)``, where these are; 2 or 3 dimensions.
        perplexity: of new points among the map's; lowered where these are few.
    """
    n_points = len(reference)
    wanted = effective_perplexity(perplexity, n_points)
    rows, squared = _nearest(points, reference, max(1, neighbors_needed(wanted, n_points)))
    affinities = conditional_affinities(squared, wanted)
    placed = np.asarray(np.einsum("ik,ikd->id", affinities, layout[rows].astype(np.float64)), np.float32)
    columns = np.zeros((3, n_points), np.float32)
    columns[: layout.shape[1]] = layout.T
    _descend(rows, affinities.astype(np.float32), columns, n_steps, placed)
    return placed


def _nearest(points: Float32Array, reference: Float32Array, n_neighbors: int) -> tuple[Int64Array, Float32Array]:
    """Rows of the map nearest to each new point, nearest first, and squared distances: ``(n_new, n_neighbors)``."""
    rows = np.empty((len(points), n_neighbors), np.int64)
    squared = np.empty((len(points), n_neighbors), np.float32)
    lengths = np.einsum("ij,ij->i", reference, reference, dtype=np.float64)
    height = max(1, _BLOCK_VALUES // len(reference))
    for start in range(0, len(points), height):
        block = points[start : start + height].astype(np.float64)
        values = lengths - 2.0 * (block @ reference.T)
        nearest = np.argpartition(values, n_neighbors - 1, axis=1)[:, :n_neighbors]
        # Distances by differences: equal rows are at distance 0 exactly.
        found = ((block[:, np.newaxis] - reference[nearest]) ** 2).sum(axis=2)
        order = np.argsort(found, axis=1, kind="stable")
        rows[start : start + height] = np.take_along_axis(nearest, order, axis=1)
        squared[start : start + height] = np.take_along_axis(found, order, axis=1)
    return rows, squared


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _descend(
    rows: Int64Array, affinities: Float32Array, columns: Float32Array, n_steps: int, placed: Float32Array
) -> None:
    """Gradient descent with momentum, every point on its own."""
    n_new, n_dims = placed.shape
    x, y, z = columns[0], columns[1], columns[2]
    n_points = x.size
    for i in prange(n_new):
        place, speed, slope = np.zeros(3, np.float32), np.zeros(3), np.zeros(3)
        for dim in range(n_dims):
            place[dim] = placed[i, dim]
        for _ in range(n_steps):
            total = 0.0
            slope[:] = 0.0
            for start in range(0, n_points, BLOCK_POINTS):
                block = slice(start, min(start + BLOCK_POINTS, n_points))
                q, push_x, push_y, push_z = sum_block(place[0], place[1], place[2], x[block], y[block], z[block])
                total += q
                slope[0] -= push_x
                slope[1] -= push_y
                slope[2] -= push_z
            slope /= total
            for k in range(rows.shape[1]):
                j = rows[i, k]
                dx, dy, dz = place[0] - x[j], place[1] - y[j], place[2] - z[j]
                pull = affinities[i, k] / (1.0 + dx * dx + dy * dy + dz * dz)
                slope[0] += pull * dx
                slope[1] += pull * dy
                slope[2] += pull * dz
            for dim in range(n_dims):
                speed[dim] = _MOMENTUM * speed[dim] - _LEARNING_RATE * 2.0 * slope[dim]
                speed[dim] = min(max(speed[dim], -_MAX_MOVE), _MAX_MOVE)
                place[dim] += speed[dim]
        for dim in range(n_dims):
            placed[i, dim] = place[dim]
