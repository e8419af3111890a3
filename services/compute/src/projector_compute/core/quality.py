"""How well a layout shows which rows are near each other, and how far apart they are.

Sources: trustworthiness and continuity: J. Venna, S. Kaski, "Neighborhood preservation in nonlinear projection
methods", ICANN 2001; standard error of Spearman's correlation: D. Bonett, T. Wright, "Sample size requirements for
estimating Pearson, Kendall and Spearman correlations", Psychometrika 65 (2000).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray
from scipy.stats import rankdata

from projector_compute.core.bounded_heap import replace_farthest

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
RowArray = NDArray[np.intp]

MIN_POINTS = 3
EXACT_POINTS = 20_000
"""Up to so many points every row is looked at: pairs grow with the square."""
_MOST_SAMPLED = 2000
_FEWEST_SAMPLED = 200
_PAIRS = 400_000
"""Of rows whose distances are correlated; the correlation's standard error is then below 0.002."""
_BLOCK_BYTES = 192 * 2**20
_BLOCK_QUERIES = 2048
_BLOCK_ROWS = 4096
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


@dataclass(frozen=True)
class Score:
    """A mean over rows or pairs of rows; its standard error is 0 where all of them were looked at."""

    value: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class LayoutQuality:
    """Scores from 0 (bad) to 1 (perfect), the correlation from -1.

    Attributes:
        n_neighbors: how many make a neighborhood.
        n_sampled: rows whose neighborhoods were compared.
        trustworthiness: low where the layout shows neighbors that are none.
        continuity: low where the layout tears neighbors apart.
        neighbor_preservation: the mean part of the neighbors that are neighbors in the layout, too.
        distance_rank_correlation: Spearman's, between distances before and after; NaN where all are equal.
        preservation: of each row, float32 ``(n_points,)``; NaN for rows that were not sampled.
    """

    n_neighbors: int
    n_sampled: int
    trustworthiness: Score
    continuity: Score
    neighbor_preservation: Score
    distance_rank_correlation: Score
    preservation: Float32Array


def layout_quality(
    points: Float32Array,
    layout: Float32Array,
    n_neighbors: int,
    *,
    seed: int,
    progress: Callable[[float], None] = lambda done: None,
) -> LayoutQuality:
    """Compare Euclidean neighborhoods and distances of rows before and after a projection.

    All rows up to EXACT_POINTS are compared, a sample of rows above, each with all others.

    Args:
        points: ``(n_points, n_dims)``, at least MIN_POINTS rows, finite, of magnitude around 1.
        layout: ``(n_points, 2 or 3)``, finite.
        n_neighbors: from 1; lowered to below half of the points, beyond which the scores have no meaning.
        seed: of the samples.
        progress: called with the done part; may raise.
    """
    points, layout = _read_only(points), _read_only(layout)
    n_points = len(points)
    n_neighbors = min(n_neighbors, (n_points - 1) // 2)
    rng = np.random.default_rng(seed)
    rows = _sampled_rows(n_points, rng)
    scores = np.empty((len(rows), 3))
    shift = points.mean(axis=0, dtype=np.float64)
    n_block = max(1, min(_BLOCK_QUERIES, _BLOCK_BYTES // (8 * n_points)))
    for start in range(0, len(rows), n_block):
        queries = rows[start : start + n_block]
        distances = _relative_distances(points, shift, queries)
        _compare(distances, layout, queries, n_neighbors, scores[start : start + n_block])
        progress((start + len(queries)) / len(rows))
    preservation = np.full(n_points, np.nan, np.float32)
    preservation[rows] = scores[:, 2]
    return LayoutQuality(
        n_neighbors=n_neighbors,
        n_sampled=len(rows),
        trustworthiness=_mean(scores[:, 0], n_points),
        continuity=_mean(scores[:, 1], n_points),
        neighbor_preservation=_mean(scores[:, 2], n_points),
        distance_rank_correlation=_correlation(points, layout, rng),
        preservation=preservation,
    )


def _read_only(array: Float32Array) -> Float32Array:
    """As kernels are compiled for, whether the array is mapped or not."""
    view = np.ascontiguousarray(array, np.float32).view()
    view.setflags(write=False)
    return view


def _sampled_rows(n_points: int, rng: np.random.Generator) -> RowArray:
    if n_points <= EXACT_POINTS:
        return np.arange(n_points)
    n_sampled = min(max(EXACT_POINTS**2 // n_points, _FEWEST_SAMPLED), _MOST_SAMPLED)
    return np.sort(rng.choice(n_points, n_sampled, replace=False))


def _mean(values: Float64Array, n_points: int) -> Score:
    n_sampled = len(values)
    unseen = 1 - n_sampled / n_points
    spread = float(values.std(ddof=1)) if unseen else 0.0
    return Score(float(values.mean()), spread * math.sqrt(unseen / n_sampled))


def _relative_distances(points: Float32Array, shift: Float64Array, queries: RowArray) -> Float64Array:
    """Squared distances of some rows to all, ``(n_queries, n_points)``, less the same number in each row.

    In float64, whose rounding no neighborhood feels. One column more makes the products ``|x|^2 - 2 x.q`` at once.
    """
    n_points, n_dims = points.shape
    wide = np.ones((len(queries), n_dims + 1))
    wide[:, :n_dims] = -2 * (points[queries] - shift)
    distances = np.empty((len(queries), n_points))
    for start in range(0, n_points, _BLOCK_ROWS):
        block = points[start : start + _BLOCK_ROWS]
        others = np.empty((len(block), n_dims + 1))
        np.subtract(block, shift, out=others[:, :n_dims])
        others[:, n_dims] = np.einsum("ij,ij->i", others[:, :n_dims], others[:, :n_dims])
        np.matmul(wide, others.T, out=distances[:, start : start + len(block)])
    return distances


def _correlation(points: Float32Array, layout: Float32Array, rng: np.random.Generator) -> Score:
    """Spearman's, over all pairs of rows where they are few, else over a sample of pairs."""
    n_points = len(points)
    n_pairs = n_points * (n_points - 1) // 2
    is_sampled = n_pairs > _PAIRS
    if is_sampled:
        first = rng.integers(0, n_points, _PAIRS)
        second = (first + rng.integers(1, n_points, _PAIRS)) % n_points
    else:
        first, second = np.triu_indices(n_points, 1)
    before, after = rankdata(_pair_distances(points, first, second)), rankdata(_pair_distances(layout, first, second))
    before -= before.mean()
    after -= after.mean()
    size = math.sqrt(float(before @ before) * float(after @ after))
    if size == 0:
        return Score(math.nan, 0.0)
    value = float(before @ after) / size
    if not is_sampled:
        return Score(value, 0.0)
    return Score(value, (1 - value**2) * math.sqrt((1 + value**2 / 2) / (_PAIRS - 3)))


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _compare(
    distances: Float64Array, layout: Float32Array, queries: RowArray, n_neighbors: int, scores: Float64Array
) -> None:
    """Trustworthiness, continuity and preservation of each query's neighborhood, ``(n_queries, 3)``."""
    n_points = distances.shape[1]
    scale = 2.0 / (n_neighbors * (2.0 * n_points - 3.0 * n_neighbors - 1.0))
    for position in prange(queries.size):
        before = distances[position]
        after = np.empty(n_points, np.float64)
        for row in range(n_points):
            total = 0.0
            for dim in range(layout.shape[1]):
                difference = np.float64(layout[row, dim]) - np.float64(layout[queries[position], dim])
                total += difference * difference
            after[row] = total
        # A row is no neighbor of its own, and counts for no rank.
        before[queries[position]] = np.inf
        after[queries[position]] = np.inf
        neighbors_before = _smallest(before, n_neighbors)
        neighbors_after = _smallest(after, n_neighbors)
        n_preserved = 0
        intruders = 0
        for neighbor in neighbors_after:
            if _holds(neighbors_before, neighbor):
                n_preserved += 1
            else:
                intruders += _rank(before, neighbor) - n_neighbors
        missing = 0
        for neighbor in neighbors_before:
            if not _holds(neighbors_after, neighbor):
                missing += _rank(after, neighbor) - n_neighbors
        scores[position, 0] = 1.0 - scale * intruders
        scores[position, 1] = 1.0 - scale * missing
        scores[position, 2] = n_preserved / n_neighbors


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _smallest(values: Float64Array, n_kept: int) -> Int32Array:
    """Where the smallest values are; of equals the first."""
    kept = np.full(n_kept, np.inf, np.float64)
    rows = np.full(n_kept, -1, np.int32)
    for row in range(values.size):
        if values[row] < kept[0]:
            replace_farthest(kept, rows, values[row], row)
    return rows


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _holds(rows: Int32Array, row: int) -> bool:
    return bool(np.any(rows == row))


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _rank(values: Float64Array, row: int) -> int:
    """From 1, by value, ties by row."""
    value = values[row]
    rank = 1
    for other in range(values.size):
        rank += values[other] < value
    for other in range(row):
        rank += values[other] == value
    return rank


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # as above
def _pair_distances(points: Float32Array, first: RowArray, second: RowArray) -> Float64Array:
    distances = np.empty(first.size, np.float64)
    for pair in prange(first.size):
        total = 0.0
        for dim in range(points.shape[1]):
            difference = np.float64(points[first[pair], dim]) - np.float64(points[second[pair], dim])
            total += difference * difference
        distances[pair] = np.sqrt(total)
    return distances
