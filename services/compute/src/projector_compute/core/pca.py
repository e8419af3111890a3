"""Principal component analysis by blocks of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from projector_compute.core.pca_blocks import Blocks
from projector_compute.core.preprocess import Rows

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

_GRAM_BLOCK_VALUES = 2**21
"""Values of one block of columns."""
_MOST_EXACT_DIMS = 20_000
_MOST_EXACT_POINTS = 4_000
"""Up to one of them, the smaller matrix of products takes at most 3.2 GB."""
_FLOAT32_SQUARES = 1e30
"""Sums of squares that float32 products stay far away from infinity with."""
_SPARE_DIRECTIONS = 20
_POWER_ITERATIONS = 4
"""Of the randomised solver: more directions than components and repeated passes sharpen what lies close together."""


@dataclass(frozen=True)
class Principal:
    """The leading principal components.

    Attributes:
        scores: float32 ``(n_points, n_components)``, centred coordinates, in the data's unit.
        explained_variance_ratio: float64 ``(n_components,)``, of the total variance; zeros for constant data.
        is_approximate: found by a randomised solver.
    """

    scores: Float32Array
    explained_variance_ratio: Float64Array
    is_approximate: bool = False


def principal_components(
    points: Rows,
    n_components: int,
    progress: Callable[[float], None] = lambda done: None,
    *,
    uncentred: bool = False,
) -> Principal:
    """Project all rows on their leading principal components.

    Rows are shifted by a sample's mean and scaled by a power of two, so that neither a large common offset loses
    digits nor large values overflow. Where there are no fewer rows than columns, products are float32 within a block
    and sums over blocks float64. The sign of a component is the one that makes its largest loading positive (the first
    of equals), so that results repeat.

    Args:
        points: ``(n_points, n_dims)``, finite, at least one row and one column.
        n_components: at least 1; fewer come back when ``min(n_points, n_dims)`` is smaller.
        progress: called with the done part after each block; may raise.
        uncentred: of the second moment about the origin, as TensorBoard's projector has it: scores are ``x . u`` and
            the ratios those of ``X^T X / n``.

    Beyond 20,000 dimensions and 4,000 rows neither matrix of products fits into a worker; a randomised solver then
    finds the components approximately.
    """
    n_points, n_dims = points.shape
    n_components = min(n_components, n_points, n_dims)
    solve = _by_covariance if n_points >= n_dims else _by_gram
    if n_dims > _MOST_EXACT_DIMS and n_points > _MOST_EXACT_POINTS:
        solve = _by_random_projection
    try:
        return solve(Blocks(points, is_shifted=not uncentred), n_components, progress)
    except FloatingPointError:
        return solve(Blocks(points, is_shifted=not uncentred, looks_at_all=True), n_components, progress)


def _by_covariance(blocks: Blocks, n_components: int, progress: Callable[[float], None]) -> Principal:
    """Eigenvectors of the ``(n_dims, n_dims)`` scatter matrix: for at least as many rows as columns."""
    n = blocks.n_points
    scatter = np.zeros((blocks.n_dims, blocks.n_dims))
    total = np.zeros(blocks.n_dims)
    for rows, block in blocks:
        with np.errstate(over="raise", invalid="raise"):
            scatter += block.T @ block
            total += np.ones(len(block), np.float32) @ block
        progress(0.7 * rows.stop / n)
    if not np.isfinite(scatter).all():
        raise FloatingPointError("products of the blocks are infinite")
    mean = total / n if blocks.is_shifted else np.zeros(blocks.n_dims)
    scatter -= n * np.outer(mean, mean)
    variances, loadings = _leading(scatter, n_components)
    loadings *= _signs(loadings)
    narrow = loadings.astype(np.float32)
    offset = mean @ loadings
    scores = np.empty((n, n_components), np.float32)
    for rows, block in blocks:
        scores[rows] = (block @ narrow - offset) * blocks.scale
        progress(0.7 + 0.3 * rows.stop / n)
    return Principal(scores, _ratios(variances, float(np.trace(scatter))))


def _by_gram(blocks: Blocks, n_components: int, progress: Callable[[float], None]) -> Principal:
    """Eigenvectors of the ``(n_points, n_points)`` Gram matrix: for fewer rows than columns.

    All in float64, because scores are square roots here: what rounding leaves of a component without variance would
    grow from 1e-7 to 3e-4 of the first.
    """
    shifted = np.concatenate([block.copy() for _, block in blocks])
    centred = shifted.astype(np.float64)
    if blocks.is_shifted:
        centred -= centred.mean(axis=0)
    gram = np.zeros((blocks.n_points, blocks.n_points))
    width = max(1, _GRAM_BLOCK_VALUES // blocks.n_points)
    for start in range(0, blocks.n_dims, width):
        part = centred[:, start : start + width]
        gram += part @ part.T  # float64 holds the square of every float32 number
        progress(0.9 * start / blocks.n_dims)
    variances, vectors = _leading(gram, n_components)
    # centred.T @ vectors are the loadings, each times its singular value: the sign is the same.
    vectors *= _signs(centred.T @ vectors)
    scores = (vectors * np.sqrt(variances) * blocks.scale).astype(np.float32)
    return Principal(np.ascontiguousarray(scores), _ratios(variances, float(np.trace(gram))))


def _by_random_projection(blocks: Blocks, n_components: int, progress: Callable[[float], None]) -> Principal:
    """Leading directions of what random ones span after some passes over the rows.

    Source: N. Halko, P. Martinsson, J. Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithms
    4.4 and 5.1.
    """
    n_passes = 2 * _POWER_ITERATIONS + 3
    passes = iter(range(1, n_passes + 1))
    mean, total_variance = np.zeros(blocks.n_dims), 0.0
    for _, block in blocks:
        mean += block.sum(axis=0, dtype=np.float64)
        total_variance += float(np.einsum("ij,ij->", block, block, dtype=np.float64))
    if not total_variance < _FLOAT32_SQUARES:
        raise FloatingPointError("products of the blocks are infinite")
    mean = mean / blocks.n_points if blocks.is_shifted else np.zeros(blocks.n_dims)
    total_variance -= blocks.n_points * float(mean @ mean)
    progress(next(passes) / n_passes)

    def onto(directions: Float64Array) -> Float64Array:
        """``X directions`` of the centred rows."""
        narrow, offset = directions.astype(np.float32), mean @ directions
        result = np.concatenate([block @ narrow - offset for _, block in blocks])
        progress(next(passes) / n_passes)
        return result

    def back(weights: Float64Array) -> Float64Array:
        """``X^T weights`` of the centred rows."""
        narrow = weights.astype(np.float32)
        result = -np.outer(mean, weights.sum(axis=0))
        for rows, block in blocks:
            result += block.T @ narrow[rows]
        progress(next(passes) / n_passes)
        return result

    n_directions = min(n_components + _SPARE_DIRECTIONS, blocks.n_points, blocks.n_dims)
    spread = onto(np.random.default_rng(0).normal(size=(blocks.n_dims, n_directions)))
    for _ in range(_POWER_ITERATIONS):
        spread = onto(_orthonormal(back(_orthonormal(spread))))
    basis = _orthonormal(spread)
    left, singular, loadings = scipy.linalg.svd(back(basis).T, full_matrices=False)
    signs = _signs(loadings[:n_components].T)
    scores = (basis @ left[:, :n_components]) * (singular[:n_components] * signs * blocks.scale)
    ratios = _ratios(singular[:n_components] ** 2, total_variance)
    return Principal(np.ascontiguousarray(scores.astype(np.float32)), ratios, is_approximate=True)


def _orthonormal(columns: Float64Array) -> Float64Array:
    """A basis of what the columns span."""
    basis, _ = np.linalg.qr(columns)
    return basis


def _leading(symmetric: Float64Array, n_components: int) -> tuple[Float64Array, Float64Array]:
    """Largest eigenvalues, descending and not negative, and their eigenvectors as columns."""
    size = len(symmetric)
    values, vectors = scipy.linalg.eigh(symmetric, subset_by_index=[size - n_components, size - 1])
    return np.maximum(values[::-1], 0.0), np.ascontiguousarray(vectors[:, ::-1])


def _signs(loadings: NDArray[np.floating]) -> Float64Array:
    """+1 or -1 a column: what makes its entry of largest magnitude positive."""
    largest = np.argmax(np.abs(loadings), axis=0)
    return np.where(loadings[largest, np.arange(loadings.shape[1])] < 0, -1.0, 1.0)


def _ratios(variances: Float64Array, total: float) -> Float64Array:
    return variances / total if total > 0 else np.zeros_like(variances)
