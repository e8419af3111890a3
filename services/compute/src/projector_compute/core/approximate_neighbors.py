"""Neighbors of all rows where looking at all pairs would take minutes: rows are compared within and between near cells.

What is found are true distances of true rows; a neighbor is missed where its cell was not looked into.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.candidates import CandidateSearch
from projector_compute.core.cells import Cells, cells_of
from projector_compute.core.neighbors import NeighborTable, rank_candidates

Float32Array = NDArray[np.float32]
Int64Array = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_SAMPLED_ROWS = 500
"""Their true neighbors decide how many cells are looked into, and tell how many neighbors were found in the end."""
_WANTED_RECALL = 0.98
_LARGEST_PART = 0.15
"""Of all cells that are looked into: more is no longer much faster than all pairs."""
_BLOCK_ROWS = 4096
_RANKED_ROWS = 1024
_SPARE = 2
"""Candidates beyond the neighbors asked for, since float32 products order close ones wrongly."""


@dataclass(frozen=True, eq=False)
class ApproximateNeighbors:
    """Neighbors, and which part of the true ones was found.

    Attributes:
        recall: mean part of a sampled row's true neighbors that are in the table.
        n_sampled: rows whose true neighbors were looked up.
    """

    table: NeighborTable
    recall: float
    n_sampled: int


def approximate_neighbors(
    points: Float32Array, n_neighbors: int, *, seed: int, progress: Callable[[float], None] = lambda done: None
) -> ApproximateNeighbors:
    """All rows' near other rows by squared Euclidean distance; the same seed finds the same.

    Args:
        points: ``(n_points, n_dims)``, finite, of magnitude around 1.
        n_neighbors: from 1 to ``n_points - 1``.
        progress: called with the done part; may raise.
    """
    n_points = len(points)
    n_candidates = min(n_neighbors + _SPARE, n_points - 1)
    rng = np.random.default_rng(seed)
    centred = points - points.mean(axis=0, dtype=np.float64).astype(np.float32)
    cells = cells_of(centred, math.isqrt(n_points), seed)
    progress(0.05)
    centred = centred[cells.order]
    norms = np.einsum("ij,ij->i", centred, centred)
    sample = np.sort(rng.choice(n_points, min(_SAMPLED_ROWS, n_points), replace=False))
    truth = _true_neighbors(centred, norms, sample, n_neighbors)
    progress(0.1)
    pairs = _pairs_of_cells(cells, sample, truth, n_candidates + 1)
    search = CandidateSearch(centred, norms, n_candidates)
    for done in _compare(search, cells, pairs):
        progress(0.1 + 0.8 * done)
    table = _ranked(points, cells.order, search.candidates().rows, n_neighbors)
    progress(1.0)
    found = table.rows[cells.order[sample]]
    recall = np.mean([np.isin(cells.order[true], near).mean() for true, near in zip(truth, found, strict=True)])
    return ApproximateNeighbors(table, float(recall), len(sample))


def _true_neighbors(points: Float32Array, norms: Float32Array, sample: Int64Array, n_neighbors: int) -> Int64Array:
    """Of some rows among all, ``(n_sampled, n_neighbors)``, unordered."""
    values = np.full((len(sample), n_neighbors), np.inf, np.float32)
    rows = np.full((len(sample), n_neighbors), -1)
    for start in range(0, len(points), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        near = norms[block] - 2 * (points[sample] @ points[block].T)
        inside = np.flatnonzero((sample >= start) & (sample < start + near.shape[1]))
        near[inside, sample[inside] - start] = np.inf
        values = np.hstack([values, near])
        rows = np.hstack([rows, np.broadcast_to(np.arange(start, start + near.shape[1]), near.shape)])
        kept = np.argpartition(values, n_neighbors - 1, axis=1)[:, :n_neighbors]
        values, rows = np.take_along_axis(values, kept, 1), np.take_along_axis(rows, kept, 1)
    return rows


def _pairs_of_cells(cells: Cells, sample: Int64Array, truth: Int64Array, n_least: int) -> BoolArray:
    """Which cells are compared with which, symmetric ``(n_cells, n_cells)``.

    Each with as many of the nearest as hold the wanted part of the sample's true neighbors, and ``n_least`` rows.
    """
    n_cells = len(cells.centroids)
    norms = np.einsum("ij,ij->i", cells.centroids, cells.centroids)
    distances = norms - 2 * (cells.centroids @ cells.centroids.T)
    np.fill_diagonal(distances, -np.inf)
    order = np.argsort(distances, axis=1, kind="stable")
    ranks = np.argsort(order, axis=1)
    needed = np.sort(ranks[cells.of_positions(sample)[:, np.newaxis], cells.of_positions(truth)], axis=None)
    wanted = int(needed[math.ceil(_WANTED_RECALL * needed.size) - 1]) + 1
    n_near = min(wanted, max(1, int(_LARGEST_PART * n_cells)))
    held = np.cumsum(np.diff(cells.starts)[order], axis=1)
    enough = np.argmax(held >= n_least, axis=1) + 1
    pairs = ranks < np.maximum(n_near, enough)[:, np.newaxis]
    return np.asarray(pairs | pairs.T)


def _compare(search: CandidateSearch, cells: Cells, pairs: BoolArray) -> Iterator[float]:
    """Compare all pairs of cells; the done part after each cell's."""
    starts = cells.starts.tolist()
    sizes = np.diff(cells.starts).astype(np.float64)
    costs = np.cumsum(sizes * (np.triu(pairs) @ sizes))
    for cell, cost in enumerate(costs):
        for other in np.flatnonzero(pairs[cell, cell:]) + cell:
            search.compare_ranges(starts[cell], starts[cell + 1], starts[other], starts[other + 1])
        yield float(cost / costs[-1])


def _ranked(points: Float32Array, order: Int64Array, candidates: NDArray[np.int32], n_neighbors: int) -> NeighborTable:
    """The neighbors among candidates that are named by their positions in an order of the rows."""
    rows = np.empty((len(points), n_neighbors), np.int32)
    squared = np.empty((len(points), n_neighbors), np.float32)
    narrow_order = order.astype(np.int32)
    for start in range(0, len(points), _RANKED_ROWS):
        block = slice(start, start + _RANKED_ROWS)
        rank_candidates(points, order[block], narrow_order[candidates[block]], rows, squared)
    return NeighborTable(rows, squared)
