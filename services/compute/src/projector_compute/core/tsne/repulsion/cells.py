"""Points sorted into the cells of a regular grid, so that those close in the layout lie close in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Cells:
    """All points, cell by cell, the last axis fastest.

    Attributes:
        shape: cells along each of three axes; in two dimensions there is 1 along the first.
        starts: int32 ``(n_cells + 1,)``; cell c holds the sorted points ``starts[c]`` to ``starts[c + 1]``.
        order: int32 ``(n_points,)``, the rows of the sorted points, ascending within a cell.
        points: float32 ``(3, n_points)``, sorted, from the grid's corner; zeros along an axis that does not exist.
    """

    shape: Shape
    starts: Int32Array
    order: Int32Array
    points: Float32Array


def bounds(layout: Float32Array) -> tuple[Float32Array, Float64Array]:
    """The least coordinates float32 ``(n_dims,)``, and how far the layout extends from there, float64 ``(n_dims,)``.

    Args:
        layout: ``(n_points, n_dims)``, finite, at least one point.
    """
    corner, top = layout[0].copy(), layout[0].copy()
    _widen(layout, corner, top)
    return corner, top.astype(np.float64) - corner


def sort_into_cells(layout: Float32Array, corner: Float32Array, width: float, shape: Shape) -> Cells:
    """Sort by counting; points beyond the last cell of an axis are counted to it.

    Args:
        layout: ``(n_points, n_dims)``, 2 or 3 dimensions, nothing below the corner.
        corner: ``(n_dims,)``, where the first cell begins.
        width: of a cell, along every axis.
        shape: as in ``Cells``.
    """
    n_points = len(layout)
    starts = np.zeros(shape[0] * shape[1] * shape[2] + 1, np.int32)
    order = np.empty(n_points, np.int32)
    points = np.zeros((3, n_points), np.float32)
    numbers = np.empty(n_points, np.int32)
    _number(layout, corner, np.float32(1.0 / width), shape, numbers)
    _count_and_place(numbers, starts, order)
    _collect(layout, corner, order, points)
    return Cells(shape, starts, order, points)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _widen(layout: Float32Array, corner: Float32Array, top: Float32Array) -> None:
    n_points, n_dims = layout.shape
    for dim in range(n_dims):
        low, high = corner[dim], top[dim]
        for i in range(n_points):
            value = layout[i, dim]
            low = value if value < low else low
            high = value if value > high else high
        corner[dim], top[dim] = low, high


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _number(
    layout: Float32Array, corner: Float32Array, per_width: np.float32, shape: Shape, numbers: Int32Array
) -> None:
    n_points, n_dims = layout.shape
    first = 3 - n_dims
    for i in prange(n_points):
        number = 0
        for dim in range(n_dims):
            size = shape[first + dim]
            number = number * size + min(int((layout[i, dim] - corner[dim]) * per_width), size - 1)
        numbers[i] = number


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _count_and_place(numbers: Int32Array, starts: Int32Array, order: Int32Array) -> None:
    for number in numbers:
        starts[number + 1] += 1
    for cell in range(starts.size - 1):
        starts[cell + 1] += starts[cell]
    # Filling moves each start to the next one, which is put right afterwards.
    for i in range(numbers.size):
        cell = numbers[i]
        order[starts[cell]] = i
        starts[cell] += 1
    for cell in range(starts.size - 1, 0, -1):
        starts[cell] = starts[cell - 1]
    starts[0] = 0


@njit(parallel=True, nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _collect(layout: Float32Array, corner: Float32Array, order: Int32Array, points: Float32Array) -> None:
    n_points, n_dims = layout.shape
    first = 3 - n_dims
    for k in prange(n_points):
        for dim in range(n_dims):
            points[first + dim, k] = layout[order[k], dim] - corner[dim]
