"""Between points and mesh: unit charges spread by cubic B-splines, potentials and their gradients read back.

Source: U. Essmann et al., "A smooth particle mesh Ewald method", J. Chem. Phys. 103 (1995); gradients are those of the
splines themselves.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.tsne.repulsion.cells import Cells

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]

SPLINE_POINTS = 4
"""Mesh points along each axis that a charge is spread over."""
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


def spread(cells: Cells, cell_width: float, spacing: float, mesh: Float32Array) -> None:
    """Write the charges of all points onto the mesh.

    Slabs are so thick that every other one can be written at the same time, and each is written in one order: the sums
    do not depend on the number of threads.

    Args:
        cells: the points; the mesh begins one spacing before their corner.
        cell_width: in the layout's unit.
        spacing: between mesh points, in the layout's unit.
        mesh: ``(mx, my, mz)``, in two dimensions ``mx`` is 1; overwritten.
    """
    mesh[...] = 0
    nx, ny, nz = cells.shape
    is_flat = mesh.shape[0] == 1
    layers, per_layer = (ny, nz) if is_flat else (nx, ny * nz)
    thickness = int(np.ceil((SPLINE_POINTS + 1) * spacing / cell_width))
    bounds = cells.starts[np.append(np.arange(0, layers, thickness), layers) * per_layer]
    write = _spread_flat if is_flat else _spread_deep
    for parity in (0, 1):
        write(cells.points, bounds, parity, np.float32(1.0 / spacing), mesh)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _weights(t: np.float32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """The cubic B-spline at the four mesh points around a place t behind the second of them."""
    sixth, one = np.float32(1 / 6), np.float32(1)
    u = one - t
    w0, w3 = u * u * u * sixth, t * t * t * sixth
    w1 = (np.float32(4) + t * t * (np.float32(3) * t - np.float32(6))) * sixth
    return w0, w1, one - w0 - w1 - w3, w3


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _slopes(t: np.float32) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Derivatives of ``_weights``."""
    half, u = np.float32(0.5), np.float32(1) - t
    d0, d3 = -half * u * u, half * t * t
    d1 = t * (np.float32(1.5) * t - np.float32(2))
    return d0, d1, -(d0 + d1 + d3), d3


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _spread_flat(
    points: Float32Array, bounds: Int32Array, parity: int, per_spacing: np.float32, mesh: Float32Array
) -> None:
    n_slabs = bounds.size - 1
    for slab in prange((n_slabs - parity + 1) // 2):
        for k in range(bounds[2 * slab + parity], bounds[2 * slab + parity + 1]):
            x, y = points[1, k] * per_spacing, points[2, k] * per_spacing
            ix, iy = int(x), int(y)
            wx, wy = _weights(x - np.float32(ix)), _weights(y - np.float32(iy))
            for a in range(4):
                row = mesh[0, ix + a]
                for b in range(4):
                    row[iy + b] += wx[a] * wy[b]


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _spread_deep(
    points: Float32Array, bounds: Int32Array, parity: int, per_spacing: np.float32, mesh: Float32Array
) -> None:
    n_slabs = bounds.size - 1
    for slab in prange((n_slabs - parity + 1) // 2):
        for k in range(bounds[2 * slab + parity], bounds[2 * slab + parity + 1]):
            x, y, z = points[0, k] * per_spacing, points[1, k] * per_spacing, points[2, k] * per_spacing
            ix, iy, iz = int(x), int(y), int(z)
            wx, wy, wz = _weights(x - np.float32(ix)), _weights(y - np.float32(iy)), _weights(z - np.float32(iz))
            for a in range(4):
                for b in range(4):
                    row = mesh[ix + a, iy + b]
                    wxy = wx[a] * wy[b]
                    for c in range(4):
                        row[iz + c] += wxy * wz[c]


def gather(cells: Cells, spacing: float, mesh: Float32Array, forces: Float32Array, kernel_sums: Float64Array) -> None:
    """Read potential and force at each point; both are overwritten.

    Args:
        cells, spacing, mesh: as in ``spread``; the mesh holds the potential.
        forces: ``(3, n_points)``: minus half the potential's gradient, which is the repulsive force of its sources.
        kernel_sums: ``(n_points,)``: the potential.
    """
    read = _gather_flat if mesh.shape[0] == 1 else _gather_deep
    read(cells.points, np.float32(1.0 / spacing), mesh, forces, kernel_sums)


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _gather_flat(
    points: Float32Array, per_spacing: np.float32, mesh: Float32Array, forces: Float32Array, kernel_sums: Float64Array
) -> None:
    scale = np.float32(-0.5) * per_spacing
    for k in prange(points.shape[1]):
        x, y = points[1, k] * per_spacing, points[2, k] * per_spacing
        ix, iy = int(x), int(y)
        tx, ty = x - np.float32(ix), y - np.float32(iy)
        wx, wy, sx, sy = _weights(tx), _weights(ty), _slopes(tx), _slopes(ty)
        potential, slope_x, slope_y = np.float32(0), np.float32(0), np.float32(0)
        for a in range(4):
            row = mesh[0, ix + a]
            along, along_slope = np.float32(0), np.float32(0)
            for b in range(4):
                along += wy[b] * row[iy + b]
                along_slope += sy[b] * row[iy + b]
            potential += wx[a] * along
            slope_x += sx[a] * along
            slope_y += wx[a] * along_slope
        forces[0, k] = np.float32(0)
        forces[1, k] = scale * slope_x
        forces[2, k] = scale * slope_y
        kernel_sums[k] = potential


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _gather_deep(
    points: Float32Array, per_spacing: np.float32, mesh: Float32Array, forces: Float32Array, kernel_sums: Float64Array
) -> None:
    scale = np.float32(-0.5) * per_spacing
    for k in prange(points.shape[1]):
        x, y, z = points[0, k] * per_spacing, points[1, k] * per_spacing, points[2, k] * per_spacing
        ix, iy, iz = int(x), int(y), int(z)
        tx, ty, tz = x - np.float32(ix), y - np.float32(iy), z - np.float32(iz)
        wx, wy, wz = _weights(tx), _weights(ty), _weights(tz)
        sx, sy, sz = _slopes(tx), _slopes(ty), _slopes(tz)
        potential, slope_x, slope_y, slope_z = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
        for a in range(4):
            plane, plane_slope_y, plane_slope_z = np.float32(0), np.float32(0), np.float32(0)
            for b in range(4):
                row = mesh[ix + a, iy + b]
                along, along_slope = np.float32(0), np.float32(0)
                for c in range(4):
                    along += wz[c] * row[iz + c]
                    along_slope += sz[c] * row[iz + c]
                plane += wy[b] * along
                plane_slope_y += sy[b] * along
                plane_slope_z += wy[b] * along_slope
            potential += wx[a] * plane
            slope_x += sx[a] * plane
            slope_y += wx[a] * plane_slope_y
            slope_z += wx[a] * plane_slope_z
        forces[0, k] = scale * slope_x
        forces[1, k] = scale * slope_y
        forces[2, k] = scale * slope_z
        kernel_sums[k] = potential
