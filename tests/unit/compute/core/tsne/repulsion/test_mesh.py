"""The stages of a sum on the mesh, each on its own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from projector_compute.core.tsne.repulsion.cells import Cells, sort_into_cells
from projector_compute.core.tsne.repulsion.influence import Convolution, FarKernel
from projector_compute.core.tsne.repulsion.mesh import gather, spread
from projector_compute.core.tsne.repulsion.near import add_near

WIDTH = 2.0


def sorted_points(n_points: int, n_dims: int, extent: float = 9.0) -> tuple[NDArray[np.float32], Cells]:
    layout = (extent * np.random.default_rng(0).random((n_points, n_dims))).astype(np.float32)
    n_cells = int(extent / WIDTH) + 1
    shape = (n_cells if n_dims == 3 else 1, n_cells, n_cells)
    return layout, sort_into_cells(layout, np.zeros(n_dims, np.float32), WIDTH, shape)


def mesh_of(cells: Cells, spacing: float, extent: float = 9.0) -> NDArray[np.float32]:
    size = int(extent / spacing) + 6
    return np.full((size if cells.shape[0] > 1 else 1, size, size), np.nan, np.float32)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_cells_hold_each_point_once_where_it_lies(n_dims: int) -> None:
    layout, cells = sorted_points(500, n_dims)
    assert sorted(cells.order) == list(range(500))
    np.testing.assert_array_equal(cells.points[3 - n_dims :].T, layout[cells.order])
    np.testing.assert_array_equal(cells.points[: 3 - n_dims], 0.0)
    for number in range(len(cells.starts) - 1):
        inside = slice(cells.starts[number], cells.starts[number + 1])
        place = np.array(np.unravel_index(number, cells.shape), np.float32)[:, np.newaxis]
        assert (np.floor(cells.points[:, inside] / WIDTH) == place).all()
        assert (np.diff(cells.order[inside]) > 0).all()


@pytest.mark.parametrize("n_dims", [2, 3])
def test_what_lies_beyond_the_last_cell_is_counted_to_it(n_dims: int) -> None:
    layout = np.full((3, n_dims), 7.0, np.float32)
    cells = sort_into_cells(layout, np.zeros(n_dims, np.float32), 1.0, (2 if n_dims == 3 else 1, 2, 2))
    assert cells.starts[-1] - cells.starts[-2] == 3


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("exponent", [2, 3])
def test_the_near_part_is_the_sum_over_pairs_within_the_cutoff(n_dims: int, exponent: int) -> None:
    layout, cells = sorted_points(400, n_dims)
    forces, sums = np.ones((3, 400), np.float32), np.ones(400)
    add_near(cells, WIDTH, exponent, forces, sums)
    wide = layout[cells.order].astype(np.float64)
    squared = cdist(wide, wide, "sqeuclidean")
    q, scale = 1 / (1 + squared), 1 + WIDTH**2
    x = np.maximum(WIDTH**2 - squared, 0) / scale
    kernel = q * x**exponent
    np.fill_diagonal(kernel, 0.0)
    np.testing.assert_allclose(sums - 1, kernel.sum(axis=1), rtol=1e-5)
    push = x ** (exponent - 1) * q * (q * x + exponent / scale)
    expected = np.einsum("ij,ijd->di", push, wide[:, np.newaxis] - wide)
    np.testing.assert_allclose(forces[3 - n_dims :] - 1, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("spacing", [0.3, 1.0, 2.0])
def test_spreading_keeps_charge_and_its_place(n_dims: int, spacing: float) -> None:
    layout, cells = sorted_points(700, n_dims)
    mesh = mesh_of(cells, spacing)
    spread(cells, WIDTH, spacing, mesh)
    assert mesh.sum(dtype=np.float64) == pytest.approx(700, rel=1e-5)
    for dim in range(n_dims):
        axis = 3 - n_dims + dim
        # The mesh begins one spacing before the corner.
        places = (np.arange(mesh.shape[axis]) - 1) * spacing
        along = mesh.sum(axis=tuple(other for other in range(3) if other != axis), dtype=np.float64)
        assert along @ places == pytest.approx(layout[:, dim].sum(dtype=np.float64), rel=1e-4)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_reading_a_slope_gives_its_height_and_minus_half_of_it(n_dims: int) -> None:
    layout, cells = sorted_points(300, n_dims)
    spacing = 0.7
    mesh = mesh_of(cells, spacing)
    slopes = np.array([3.0, -2.0, 5.0])[3 - n_dims :]
    grids = np.meshgrid(*[(np.arange(size) - 1) * spacing for size in mesh.shape[3 - n_dims :]], indexing="ij")
    mesh[...] = sum(slope * grid for slope, grid in zip(slopes, grids, strict=True))
    forces, sums = np.full((3, 300), np.nan, np.float32), np.full(300, np.nan)
    gather(cells, spacing, mesh, forces, sums)
    np.testing.assert_allclose(sums, layout[cells.order] @ slopes, atol=1e-4)
    np.testing.assert_allclose(forces[3 - n_dims :].T, np.tile(-0.5 * slopes, (300, 1)), atol=1e-4)
    np.testing.assert_array_equal(forces[: 3 - n_dims], 0.0)


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize(
    "kernel",
    [FarKernel(0.0, 0, False), FarKernel(0.0, 0, True), FarKernel(2.0, 3, False), FarKernel(2.0, 2, False)],
    ids=["whole", "lowered", "cubic", "square"],
)
def test_the_potential_of_the_mesh_is_the_sum_of_the_kernel(n_dims: int, kernel: FarKernel) -> None:
    layout, cells = sorted_points(300, n_dims)
    spacing = 0.25
    occupied = mesh_of(cells, spacing)
    spread(cells, WIDTH, spacing, occupied)
    x, y, z = (2 * size if size > 1 else 1 for size in occupied.shape)
    convolution = Convolution(kernel, spacing, (x, y, z))
    forces, sums = np.empty((3, 300), np.float32), np.empty(300)
    gather(cells, spacing, convolution(occupied), forces, sums)
    wide = layout[cells.order].astype(np.float64)
    squared = cdist(wide, wide, "sqeuclidean")
    expected = kernel(squared).sum(axis=1)
    assert np.linalg.norm(sums - expected) <= 1e-3 * np.linalg.norm(expected)
    assert convolution.own_potential == pytest.approx(float(kernel(np.zeros(1))[0]), abs=5e-3)
    # Minus the derivative by the squared distance, by differences, times the difference of the places.
    push = (kernel(np.maximum(squared - 1e-6, 0)) - kernel(squared + 1e-6)) / (1e-6 + np.minimum(squared, 1e-6))
    push_sum = np.einsum("ij,ijd->di", push, wide[:, np.newaxis] - wide)
    assert np.linalg.norm(forces[3 - n_dims :] - push_sum) <= 0.01 * np.linalg.norm(push_sum)
