"""Rows for principal component analysis: near the origin, of a magnitude that float32 can square, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.preprocess import Rows, binary_scale

Float32Array = NDArray[np.float32]

_BLOCK_VALUES = 2**21
"""Values of one float32 block: 8 MiB, large enough for BLAS, small enough to stay near the cache."""
_SHIFT_ROWS = 256
"""Rows whose mean is the shift; any point near the middle serves, it only has to take away a large common offset."""


class Blocks:
    """Row blocks of ``(points - shift) / scale`` in float32; ``scale`` is a power of two, so dividing is exact.

    One buffer serves all blocks: a block is gone when the next one is read.

    Attributes:
        is_shifted: else rows keep their distance from the origin.
    """

    def __init__(self, points: Rows, *, is_shifted: bool = True, looks_at_all: bool = False) -> None:
        """Choose shift and scale.

        Args:
            looks_at_all: for the scale, in place of a sample, whose magnitude is that of all rows but for a few: with
                rows that are 1e18 times as large, products of the blocks are infinite.
        """
        self._points = points
        self.is_shifted = is_shifted
        self.n_points, self.n_dims = points.shape
        self._rows = max(1, _BLOCK_VALUES // self.n_dims)
        sample = points[:: max(1, self.n_points // _SHIFT_ROWS)]
        magnitude = 0.0 if looks_at_all else _magnitude(sample)
        self.scale = binary_scale(magnitude or max(_magnitude(points[rows]) for rows in self._ranges()))
        mean = sample.mean(axis=0, dtype=np.float64) if is_shifted else np.zeros(self.n_dims)
        self._scaled_shift = (mean / self.scale).astype(np.float32)

    def _ranges(self) -> Iterator[slice]:
        for start in range(0, self.n_points, self._rows):
            yield slice(start, min(start + self._rows, self.n_points))

    def __iter__(self) -> Iterator[tuple[slice, Float32Array]]:
        divisor = np.float32(self.scale)
        buffer = np.empty((min(self._rows, self.n_points), self.n_dims), np.float32)
        for rows in self._ranges():
            block = buffer[: rows.stop - rows.start]
            np.divide(self._points[rows], divisor, out=block)
            if self.is_shifted:
                block -= self._scaled_shift
            yield rows, block


def _magnitude(points: Float32Array) -> float:
    # Not of absolute values, which would be a copy.
    return max(float(points.max()), -float(points.min()))
