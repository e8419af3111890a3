"""Sums over all pairs. Each row is summed by one thread in one order: results do not depend on how many there are."""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

BLOCK_POINTS = 1024
"""Summed in float32 before the sum goes into a float64 total: short enough to lose no digit that matters, long enough
to run at SIMD speed, and three coordinates of as many points fit into the first-level cache."""
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
"""Lets the compiler sum in SIMD lanes; infinities and NaN keep their meaning."""


def exact_repulsion(layout: Float32Array, forces: Float32Array) -> float:
    """Write the unnormalised repulsive forces F and return the normalisation Z.

    Args:
        layout: ``(n_points, n_dims)``, 2 or 3 dimensions.
        forces: ``(n_points, n_dims)``, overwritten.
    """
    columns = np.zeros((3, len(layout)), np.float32)
    columns[: layout.shape[1]] = layout.T
    row_sums = np.empty(len(layout))
    _sum(columns, forces, row_sums)
    return float(row_sums.sum())


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _sum(columns: Float32Array, forces: Float32Array, row_sums: Float64Array) -> None:
    n_points, n_dims = forces.shape
    x, y, z = columns[0], columns[1], columns[2]
    for i in prange(n_points):
        total_q, total_x, total_y, total_z = 0.0, 0.0, 0.0, 0.0
        for start in range(0, n_points, BLOCK_POINTS):
            block = slice(start, min(start + BLOCK_POINTS, n_points))
            q, push_x, push_y, push_z = sum_block(x[i], y[i], z[i], x[block], y[block], z[block])
            total_q += np.float64(q)
            total_x += np.float64(push_x)
            total_y += np.float64(push_y)
            total_z += np.float64(push_z)
        row_sums[i] = total_q - 1.0  # the point itself has q = 1 and no force
        forces[i, 0] = total_x
        forces[i, 1] = total_y
        if n_dims == 3:
            forces[i, 2] = total_z


# numba's own errors for a division by zero would be branches, and a loop with branches does not become SIMD code.
@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def sum_block(
    xi: np.float32, yi: np.float32, zi: np.float32, x: Float32Array, y: Float32Array, z: Float32Array
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """``sum q`` and ``sum q^2 (y_i - y_j)`` of one point over some others, at most about a thousand."""
    one = np.float32(1)
    total, push_x, push_y, push_z = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for j in range(x.size):
        dx, dy, dz = xi - x[j], yi - y[j], zi - z[j]
        q = one / (one + dx * dx + dy * dy + dz * dz)
        qq = q * q
        total += q
        push_x += qq * dx
        push_y += qq * dy
        push_z += qq * dz
    return total, push_x, push_y, push_z
