"""Exact principal component analysis by blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from projector_compute.core.preprocess import Rows, binary_scale

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

_BLOCK_VALUES = 2**21
"""Values of one float32 block: 8 MiB, so that shift, product and sum stay near the cache."""
_SHIFT_ROWS = 256
"""Rows whose mean is the shift; any point near the middle serves, it only has to take away a large common offset."""


@dataclass(frozen=True)
class Principal:
    """The leading principal components.

    Attributes:
        scores: float32 ``(n_points, n_components)``, centred coordinates, in the data's unit.
        explained_variance_ratio: float64 ``(n_components,)``, of the total variance; zeros for constant data.
    """

    scores: Float32Array
    explained_variance_ratio: Float64Array


def principal_components(
    points: Rows, n_components: int, progress: Callable[[float], None] = lambda done: None
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
    """
    n_points, n_dims = points.shape
    n_components = min(n_components, n_points, n_dims)
    blocks = _Blocks(points)
    solve = _by_covariance if n_points >= n_dims else _by_gram
    return solve(blocks, n_components, progress)


class _Blocks:
    """Row blocks of ``(points - shift) / scale`` in float32; ``scale`` is a power of two, so dividing is exact."""

    def __init__(self, points: Rows) -> None:
        self._points = points
        self.n_points, self.n_dims = points.shape
        self._rows = max(1, _BLOCK_VALUES // self.n_dims)
        self.scale = binary_scale(max(float(np.abs(points[rows]).max()) for rows in self._ranges()))
        sample = points[:: max(1, self.n_points // _SHIFT_ROWS)]
        self._scaled_shift = (sample.mean(axis=0, dtype=np.float64) / self.scale).astype(np.float32)

    def _ranges(self) -> Iterator[slice]:
        for start in range(0, self.n_points, self._rows):
            yield slice(start, min(start + self._rows, self.n_points))

    def __iter__(self) -> Iterator[tuple[slice, Float32Array]]:
        divisor = np.float32(self.scale)
        for rows in self._ranges():
            block = self._points[rows] / divisor
            block -= self._scaled_shift
            yield rows, block


def _by_covariance(blocks: _Blocks, n_components: int, progress: Callable[[float], None]) -> Principal:
    """Eigenvectors of the ``(n_dims, n_dims)`` scatter matrix: for at least as many rows as columns."""
    n = blocks.n_points
    scatter = np.zeros((blocks.n_dims, blocks.n_dims))
    total = np.zeros(blocks.n_dims)
    for rows, block in blocks:
        scatter += block.T @ block
        total += block.sum(axis=0, dtype=np.float64)
        progress(0.7 * rows.stop / n)
    mean = total / n
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


def _by_gram(blocks: _Blocks, n_components: int, progress: Callable[[float], None]) -> Principal:
    """Eigenvectors of the ``(n_points, n_points)`` Gram matrix: for fewer rows than columns.

    All in float64, because scores are square roots here: what rounding leaves of a component without variance would
    grow from 1e-7 to 3e-4 of the first.
    """
    shifted = np.concatenate([block for _, block in blocks])
    centred = shifted - shifted.mean(axis=0, dtype=np.float64)
    gram = np.zeros((blocks.n_points, blocks.n_points))
    width = max(1, _BLOCK_VALUES // blocks.n_points)
    for start in range(0, blocks.n_dims, width):
        part = centred[:, start : start + width]
        gram += part @ part.T
        progress(0.9 * start / blocks.n_dims)
    variances, vectors = _leading(gram, n_components)
    # centred.T @ vectors are the loadings, each times its singular value: the sign is the same.
    vectors *= _signs(centred.T @ vectors)
    scores = (vectors * np.sqrt(variances) * blocks.scale).astype(np.float32)
    return Principal(np.ascontiguousarray(scores), _ratios(variances, float(np.trace(gram))))


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
