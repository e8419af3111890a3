"""The near part of the repulsion: pairs closer than the cutoff, found through cells as wide as the cutoff.

With ``s = |y_i - y_j|^2``, ``q = 1 / (1 + s)`` and ``x = max(0, (c^2 - s) / (1 + c^2))`` for a cutoff c, the kernel q
is split into ``q x^nu``, which ends smoothly at the cutoff and is summed here pair by pair, and ``q (1 - x^nu)``, which
is smooth everywhere and is left to the mesh. The force of the near part, minus the derivative of its kernel by s times
the difference, is ``(y_i - y_j) x^(nu - 1) q (q x + nu / (1 + c^2))``.
"""

from __future__ import annotations

import numba
import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.tsne.repulsion.cells import Cells

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Shape = tuple[int, int, int]

_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
"""Lets the compiler sum in SIMD lanes; infinities and NaN keep their meaning."""


def add_near(cells: Cells, cutoff: float, exponent: int, forces: Float32Array, kernel_sums: Float64Array) -> None:
    """Add the near part of the forces, and of the kernel without each point's own, to what is there.

    Args:
        cells: the points, in cells of the cutoff's width.
        cutoff: c above, in the layout's unit.
        exponent: nu above, 2 or 3.
        forces: ``(3, n_points)``, in the order of the cells.
        kernel_sums: ``(n_points,)``, in the order of the cells.
    """
    n_threads = numba.get_num_threads()
    nearby = np.empty((n_threads, 3, cells.points.shape[1]), np.float32)
    _add(cells.shape, cells.starts, cells.points, np.float32(cutoff**2), exponent, nearby, forces, kernel_sums)


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _add(
    shape: Shape,
    starts: Int32Array,
    points: Float32Array,
    cutoff2: np.float32,
    exponent: int,
    nearby: Float32Array,
    forces: Float32Array,
    kernel_sums: Float64Array,
) -> None:
    """Columns of cells go to the threads in turn: neighbors in the layout are about equally crowded."""
    n_columns = shape[0] * shape[1]
    n_threads = len(nearby)
    for thread in prange(n_threads):
        for column in range(thread, n_columns, n_threads):
            for depth in range(shape[2]):
                cell = column * shape[2] + depth
                if starts[cell] < starts[cell + 1]:
                    n_nearby = _collect(shape, starts, points, column, depth, nearby[thread])
                    # Slices of one dimension are known to be without gaps, which SIMD lanes need.
                    near_x, near_y, near_z = nearby[thread, 0], nearby[thread, 1], nearby[thread, 2]
                    for i in range(starts[cell], starts[cell + 1]):
                        kernel_sums[i] += _add_to_point(
                            points,
                            i,
                            near_x[:n_nearby],
                            near_y[:n_nearby],
                            near_z[:n_nearby],
                            cutoff2,
                            exponent,
                            forces,
                        )


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _collect(
    shape: Shape, starts: Int32Array, points: Float32Array, column: int, depth: int, nearby: Float32Array
) -> int:
    """Copy the points of a cell and of those around it; three cells of a column are one run of memory."""
    n_nearby = 0
    column_x, column_y = column // shape[1], column % shape[1]
    low, high = max(depth - 1, 0), min(depth + 1, shape[2] - 1)
    for x in range(max(column_x - 1, 0), min(column_x + 2, shape[0])):
        for y in range(max(column_y - 1, 0), min(column_y + 2, shape[1])):
            base = (x * shape[1] + y) * shape[2]
            for j in range(starts[base + low], starts[base + high + 1]):
                nearby[0, n_nearby] = points[0, j]
                nearby[1, n_nearby] = points[1, j]
                nearby[2, n_nearby] = points[2, j]
                n_nearby += 1
    return n_nearby


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _add_to_point(
    points: Float32Array,
    i: int,
    near_x: Float32Array,
    near_y: Float32Array,
    near_z: Float32Array,
    cutoff2: np.float32,
    exponent: int,
    forces: Float32Array,
) -> np.float32:
    """Add to the force of a point; the sum of the kernel over all others."""
    zero, one = np.float32(0), np.float32(1)
    per_scale = one / (one + cutoff2)
    slope = np.float32(exponent) * per_scale
    is_cubic = exponent == 3
    xi, yi, zi = points[0, i], points[1, i], points[2, i]
    total, total_x, total_y, total_z = zero, zero, zero, zero
    for j in range(near_x.size):
        dx, dy, dz = xi - near_x[j], yi - near_y[j], zi - near_z[j]
        s = dx * dx + dy * dy + dz * dz
        q = one / (one + s)
        x = (cutoff2 - s) * per_scale
        x = x if x > zero else zero
        lower_power = x * x if is_cubic else x
        total += q * x * lower_power
        push = lower_power * q * (q * x + slope)
        total_x += push * dx
        total_y += push * dy
        total_z += push * dz
    forces[0, i] += total_x
    forces[1, i] += total_y
    forces[2, i] += total_z
    own = cutoff2 * per_scale
    return total - own * own * (own if is_cubic else one)
