from __future__ import annotations

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from unit.compute.core.tsne.layouts import differences_and_kernel, layout_of
from unit.compute.core.tsne.repulsion.stages import STEPS, mnist_layout, side_by_side

from projector_compute.core.tsne.repulsion.exact import exact_repulsion
from projector_compute.core.tsne.repulsion.plan import EXACT, Plan
from projector_compute.core.tsne.repulsion.summation import Repulsion


def errors(layout: NDArray[np.float32], *, fine: bool = False, plan: Plan | None = None) -> tuple[float, float, Plan]:
    """Relative error of the forces in the Frobenius norm and of the normalisation, and the plan."""
    forces, expected = np.full_like(layout, np.nan), np.empty_like(layout)
    repulsion = Repulsion(fine=fine, plan=plan)
    normalisation = repulsion(layout, forces)
    expected_normalisation = exact_repulsion(layout, expected)
    assert repulsion.plan is not None
    error = float(np.linalg.norm(forces - expected) / np.linalg.norm(expected))
    return error, abs(normalisation / expected_normalisation - 1), repulsion.plan


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("n_points", [3_000, 10_000])
def test_errors_stay_small_at_all_stages_of_a_real_run(n_dims: int, step: int, n_points: int) -> None:
    layout = mnist_layout(n_dims, step)[:n_points]
    force, normalisation, plan = errors(layout)
    assert not plan.is_exact or n_points < 10_000
    assert force <= 0.02
    assert normalisation <= 0.003


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("step", STEPS)
def test_the_fine_sum_leaves_a_third_of_the_error(n_dims: int, step: int) -> None:
    force, normalisation, _ = errors(mnist_layout(n_dims, step), fine=True)
    assert force <= 0.0065
    assert normalisation <= 0.001


@pytest.mark.parametrize("n_dims", [2, 3])
def test_errors_stay_small_in_a_long_layout_of_more_points(n_dims: int) -> None:
    force, normalisation, plan = errors(side_by_side(mnist_layout(n_dims, 300), 3))
    assert not plan.is_exact
    assert max(plan.padded) > 2 * sorted(plan.padded)[-2]
    assert force <= 0.02
    assert normalisation <= 0.003


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("extent", [1e-4, 1e-3, 1e-2, 0.1])
def test_a_tiny_layout_keeps_its_digits(n_dims: int, extent: float) -> None:
    """Where all kernels are almost 1, the forces are differences of what float32 cannot tell apart."""
    layout = layout_of(4_000, n_dims, extent)
    forces = np.empty_like(layout)
    repulsion = Repulsion()
    normalisation = repulsion(layout, forces)
    assert repulsion.plan is not None
    assert repulsion.plan.is_lowered
    some = slice(0, 50)
    differences = layout[some, np.newaxis].astype(np.float64) - layout
    kernel = 1.0 / (1.0 + (differences**2).sum(axis=2))
    expected = (kernel[..., np.newaxis] ** 2 * differences).sum(axis=1)
    assert np.linalg.norm(forces[some] - expected) <= 1e-3 * np.linalg.norm(expected)
    assert normalisation == pytest.approx(exact_repulsion(layout, np.empty_like(layout)), rel=1e-6)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_few_points_are_summed_pair_by_pair(n_dims: int) -> None:
    layout = layout_of(300, n_dims)
    force, normalisation, plan = errors(layout)
    assert plan == EXACT
    assert force == normalisation == 0.0
    _, kernel = differences_and_kernel(layout)
    assert Repulsion()(layout, np.empty_like(layout)) == pytest.approx(kernel.sum(), rel=1e-5)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_the_number_of_threads_changes_nothing(n_dims: int) -> None:
    layout = side_by_side(mnist_layout(n_dims, 300), 4)
    results = []
    for n_threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(n_threads)
        try:
            forces = np.empty_like(layout)
            results.append((Repulsion()(layout, forces), forces))
        finally:
            numba.set_num_threads(1)
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize("n_dims", [2, 3])
def test_points_at_one_place_do_no_harm(n_dims: int) -> None:
    everywhere_one = np.full((5_000, n_dims), 2.5, np.float32)
    forces = np.full_like(everywhere_one, np.nan)
    assert Repulsion()(everywhere_one, forces) == 5_000 * 4_999
    np.testing.assert_array_equal(forces, 0.0)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_crowd_at_one_place_is_a_coarse_sum_at_worst(n_dims: int) -> None:
    """Thousands at the very same place add up what the mesh errs for one of them; a real run pushes them apart."""
    layout = mnist_layout(n_dims, 1000).copy()
    layout[::2] = layout[0]
    force, normalisation, _ = errors(layout)
    assert force <= 0.1
    assert normalisation <= 0.005


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("distance", [1e4, 1e8, 1e15])
def test_one_point_far_out_does_no_harm(n_dims: int, distance: float) -> None:
    layout = mnist_layout(n_dims, 300)[:4_000].copy()
    layout[17] = distance
    force, normalisation, plan = errors(layout)
    assert np.prod(plan.padded, initial=1) <= 2**25
    assert force <= 0.02
    assert normalisation <= 0.003


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_plan_serves_until_the_layout_has_outgrown_it_or_shrunk(n_dims: int) -> None:
    layout = mnist_layout(n_dims, 300)
    repulsion, forces = Repulsion(), np.empty_like(layout)
    repulsion(layout, forces)
    first = repulsion.plan
    repulsion(layout * np.float32(1.02), forces)
    assert repulsion.plan == first
    for factor in (1.5, 0.3):
        repulsion(layout * np.float32(factor), forces)
        assert repulsion.plan != first
        force, normalisation, _ = errors(layout * np.float32(factor), plan=repulsion.plan)
        assert force <= 0.02
        assert normalisation <= 0.003
        repulsion(layout, forces, replan=True)
        assert repulsion.plan == first


def test_a_plan_that_still_fits_is_kept_by_whoever_takes_the_run_up() -> None:
    """It may be another one than the layout would have been given, and the sums must not change."""
    layout = mnist_layout(3, 300)
    repulsion, before = Repulsion(), np.empty_like(layout)
    repulsion(layout * np.float32(0.99), before)
    repulsion(layout, before)
    after = np.empty_like(layout)
    Repulsion(plan=repulsion.plan)(layout, after)
    np.testing.assert_array_equal(before, after)
