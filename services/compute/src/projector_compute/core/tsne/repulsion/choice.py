"""Which plan sums a layout best: over all pairs, or on a mesh, with or without pairs nearby.

Costs are constants, measured once and not on the machine at hand, so that a layout has the same plan everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import scipy.fft
from numba import njit
from numpy.typing import NDArray

from projector_compute.core.tsne.repulsion.cells import bounds
from projector_compute.core.tsne.repulsion.plan import BORDER, EXACT, SLACK, Plan, Shape

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

_MAX_SPACING = 0.31
"""Of a mesh without pairs nearby; a wider one leaves more than 2 % of error where points crowd."""
_SPACINGS_ACROSS = 16
"""At least so many along the longest axis, for the layouts of the first steps, smaller than the kernel is wide."""
_MAX_MESH_POINTS = 2**25
"""Padded; about 10 bytes each, so at most 320 MiB."""
_FINE = 0.6
"""How much narrower a mesh is that leaves a third of the error."""


class _Split(NamedTuple):
    cutoff: float
    spacing: float
    exponent: int


_SPLITS = {
    2: (
        _Split(14.0, 12.0, 2),
        _Split(11.0, 9.2, 2),
        _Split(8.0, 6.5, 2),
        _Split(6.0, 4.2, 2),
        _Split(4.0, 2.3, 2),
        _Split(3.0, 1.45, 3),
        _Split(2.0, 0.78, 3),
        _Split(1.5, 0.58, 3),
        _Split(1.0, 0.46, 3),
    ),
    3: (
        _Split(28.0, 24.0, 2),
        _Split(20.0, 17.0, 2),
        _Split(14.0, 12.0, 2),
        _Split(11.0, 9.5, 2),
        _Split(8.0, 6.5, 2),
        _Split(6.0, 4.5, 2),
        _Split(4.0, 2.5, 2),
        _Split(3.0, 1.5, 3),
        _Split(2.0, 0.95, 3),
        _Split(1.5, 0.75, 3),
        _Split(1.0, 0.5, 3),
    ),
}
"""For 2 and 3 dimensions, the coarsest mesh first: those that keep the error of the force below 2 % on layouts of real
runs, with the exponent that suits the ratio of spacing and cutoff."""

_SECONDS_PER_PAIR = 0.081e-9
_SECONDS_PER_NEAR_PAIR = 0.1e-9
_SECONDS_PER_NEAR_POINT = 25e-9
_SECONDS_PER_CELL = 10e-9
_SECONDS_PER_WAVE = 0.16e-9
_SECONDS_PER_MESH_CHARGE = {2: 31e-9, 3: 73e-9}
_SECONDS_PER_MESH = 0.25e-3
"""On one core with AVX2; only their ratios matter."""


def choose_plan(layout: Float32Array, *, fine: bool = False) -> Plan:
    """The plan of least cost whose error stays below 2 % of the force.

    Source: R. Hockney, J. Eastwood, "Computer Simulation Using Particles" (1988), chapter 8, for the method; which
    meshes are fine enough was measured on layouts of real runs (benchmarks/engines).

    Args:
        layout: ``(n_points, n_dims)``, finite, 2 or 3 dimensions.
        fine: stay below 0.6 %.
    """
    n_points, n_dims = layout.shape
    corner, extents = bounds(layout)
    best, best_seconds = EXACT, _SECONDS_PER_PAIR * n_points**2
    if not extents.max() > 0:
        return EXACT
    for plan in _candidates(extents, fine):
        waves = math.prod(plan.padded)
        seconds = _SECONDS_PER_MESH + _SECONDS_PER_WAVE * waves * math.log2(waves)
        seconds += _SECONDS_PER_MESH_CHARGE[n_dims] * n_points
        if seconds < best_seconds and plan.cutoff:
            seconds += _SECONDS_PER_NEAR_POINT * n_points + _SECONDS_PER_CELL * math.prod(plan.cells)
            seconds += _SECONDS_PER_NEAR_PAIR * _count_near(layout, corner, plan.cell_width, plan.cells)
        if seconds < best_seconds:
            best, best_seconds = plan, seconds
    return best


def _candidates(extents: Float64Array, fine: bool) -> Iterator[Plan]:
    factor = _FINE if fine else 1.0
    longest = float(extents.max())
    # Powers of the square root of 2, so that a layout that grows does not change its mesh with every plan.
    across = 2.0 ** (math.floor(2 * math.log2(longest / _SPACINGS_ACROSS)) / 2)
    splits = [split for split in _SPLITS[len(extents)] if split.cutoff <= longest / 2]
    for split in (*splits, _Split(0.0, min(_MAX_SPACING, across), 0)):
        spacing = factor * split.spacing
        exponent = 3 if fine and split.cutoff else split.exponent
        sizes = [2 * (SLACK * extent / spacing + BORDER) for extent in extents]
        if math.prod(sizes) <= _MAX_MESH_POINTS:
            y, z = (_fast_even(size) for size in sizes[-2:])
            x = _fast_even(sizes[0]) if len(sizes) == 3 else 1
            yield Plan(split.cutoff, spacing, exponent, (x, y, z))


def _fast_even(size: float) -> int:
    """The next even length of a fast transform."""
    length = math.ceil(size)
    while True:
        length = int(scipy.fft.next_fast_len(length, real=True))
        if length % 2 == 0:
            return length
        length += 1


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _count_near(layout: Float32Array, corner: Float32Array, width: float, cells: Shape) -> int:
    """Pairs of points in the same or in adjacent cells."""
    n_points, n_dims = layout.shape
    nx, ny, nz = cells
    counts = np.zeros((nx + 2, ny + 2, nz + 2), np.int32)
    for i in range(n_points):
        z = 1 + min(int((layout[i, n_dims - 1] - corner[n_dims - 1]) / width), nz - 1)
        y = 1 + min(int((layout[i, n_dims - 2] - corner[n_dims - 2]) / width), ny - 1)
        x = 1 + min(int((layout[i, 0] - corner[0]) / width), nx - 1) if n_dims == 3 else 1
        counts[x, y, z] += 1
    n_pairs = 0
    for x in range(1, nx + 1):
        for y in range(1, ny + 1):
            for z in range(1, nz + 1):
                if counts[x, y, z]:
                    n_pairs += counts[x, y, z] * counts[x - 1 : x + 2, y - 1 : y + 2, z - 1 : z + 2].sum()
    return n_pairs
