"""How all points push each other apart: exact sums over all pairs.

With ``q = 1 / (1 + |y_i - y_j|^2)`` the repulsive part of the gradient is ``F / Z``, where ``F_i = sum_j q^2 (y_i -
y_j)`` and ``Z = sum_i sum_{j != i} q``. Each row is summed by one thread in one order, so that results do not depend on
the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

_BLOCK_POINTS = 1024
"""Summed in float32 before the sum goes into a float64 total: short enough to lose no digit that matters, long enough
to run at SIMD speed, and three coordinates of as many points fit into the first-level cache."""
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
"""Lets the compiler sum in SIMD lanes; infinities and NaN keep their meaning."""


def repulsion(layout: Float32Array, forces: Float32Array) -> float:
    """Write the unnormalised repulsive forces F and return the normalisation Z.

    Args:
        layout: ``(n_points, n_dims)``, 2 or 3 dimensions.
        forces: ``(n_points, n_dims)``, overwritten.
    """
    columns = np.ascontiguousarray(layout.T)
    row_sums = np.empty(len(layout))
    if layout.shape[1] == 2:
        _sum_2d(columns[0], columns[1], forces, row_sums)
    else:
        _sum_3d(columns[0], columns[1], columns[2], forces, row_sums)
    return float(row_sums.sum())


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _sum_2d(x: Float32Array, y: Float32Array, forces: Float32Array, row_sums: Float64Array) -> None:
    n_points = x.size
    one = np.float32(1)
    for i in prange(n_points):
        xi, yi = x[i], y[i]
        total_q, total_x, total_y = 0.0, 0.0, 0.0
        for start in range(0, n_points, _BLOCK_POINTS):
            block_q, block_x, block_y = np.float32(0), np.float32(0), np.float32(0)
            for j in range(start, min(start + _BLOCK_POINTS, n_points)):
                dx, dy = xi - x[j], yi - y[j]
                q = one / (one + dx * dx + dy * dy)
                qq = q * q
                block_q += q
                block_x += qq * dx
                block_y += qq * dy
            total_q += np.float64(block_q)
            total_x += np.float64(block_x)
            total_y += np.float64(block_y)
        row_sums[i] = total_q - 1.0  # the point itself has q = 1 and no force
        forces[i, 0] = total_x
        forces[i, 1] = total_y


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _sum_3d(x: Float32Array, y: Float32Array, z: Float32Array, forces: Float32Array, row_sums: Float64Array) -> None:
    n_points = x.size
    one = np.float32(1)
    for i in prange(n_points):
        xi, yi, zi = x[i], y[i], z[i]
        total_q, total_x, total_y, total_z = 0.0, 0.0, 0.0, 0.0
        for start in range(0, n_points, _BLOCK_POINTS):
            block_q, block_x, block_y, block_z = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
            for j in range(start, min(start + _BLOCK_POINTS, n_points)):
                dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
                q = one / (one + dx * dx + dy * dy + dz * dz)
                qq = q * q
                block_q += q
                block_x += qq * dx
                block_y += qq * dy
                block_z += qq * dz
            total_q += np.float64(block_q)
            total_x += np.float64(block_x)
            total_y += np.float64(block_y)
            total_z += np.float64(block_z)
        row_sums[i] = total_q - 1.0  # the point itself has q = 1 and no force
        forces[i, 0] = total_x
        forces[i, 1] = total_y
        forces[i, 2] = total_z
