"""Beside the parity of the gradient in ``tests/parity/compute/test_gradient.py``."""

from __future__ import annotations

import math
from dataclasses import replace

import numba
import numpy as np
import pytest
from unit.compute.core.tsne.layouts import layout_of, random_affinities

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule

SCHEDULE = Schedule(0.0, 4.0, 10)


def taken_up(first: Optimiser, affinities: Affinities) -> Optimiser:
    return Optimiser(
        affinities,
        SCHEDULE,
        first.layout,
        step=first.step,
        velocity=first.velocity,
        gains=first.gains,
        plan=first.plan,
    )


def run(optimiser: Optimiser, n_steps: int) -> list[float]:
    losses = []
    for _ in range(n_steps):
        losses.append(optimiser.evaluate())
        optimiser.move()
    return losses


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_run_taken_up_in_the_middle_is_the_uninterrupted_one_to_the_bit(n_dims: int) -> None:
    affinities, _ = random_affinities(150, 0.1)
    start = layout_of(150, n_dims, 1e-4)
    whole = Optimiser(affinities, SCHEDULE, start)
    losses = run(whole, 30)
    for middle in (1, 7, 10, 29):
        first = Optimiser(affinities, SCHEDULE, start)
        run(first, middle)
        first.evaluate()  # the slice that ends evaluates what the next one evaluates again
        second = taken_up(first, affinities)
        assert run(second, 30 - middle) == losses[middle:]
        np.testing.assert_array_equal(second.layout, whole.layout)
        np.testing.assert_array_equal(second.velocity, whole.velocity)
        np.testing.assert_array_equal(second.gains, whole.gains)
        assert second.step == whole.step == 30


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_run_on_a_mesh_is_taken_up_to_the_bit_wherever_it_was_left(n_dims: int) -> None:
    """The mesh was chosen for an earlier layout; chosen anew it would be another one, and so would the last digits."""
    affinities, _ = random_affinities(4_000, 0.002)
    start = layout_of(4_000, n_dims, 30.0)
    whole = Optimiser(affinities, SCHEDULE, start)
    losses = run(whole, 40)
    plans = set()
    for middle in (3, 24, 25, 31):
        first = Optimiser(affinities, SCHEDULE, start)
        run(first, middle)
        first.evaluate()
        plans.add(first.plan)
        second = taken_up(first, affinities)
        assert run(second, 40 - middle) == losses[middle:]
        np.testing.assert_array_equal(second.layout, whole.layout)
    assert len(plans) > 1
    assert not any(plan is None or plan.is_exact for plan in plans)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_the_number_of_threads_changes_nothing(n_dims: int) -> None:
    affinities, _ = random_affinities(300, 0.1)
    optimisers = [Optimiser(affinities, SCHEDULE, layout_of(300, n_dims, 1e-4)) for _ in range(2)]
    losses = [run(optimisers[0], 20)]
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    try:
        losses.append(run(optimisers[1], 20))
    finally:
        numba.set_num_threads(1)
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(optimisers[0].layout, optimisers[1].layout)


def test_what_an_optimiser_starts_from_stays_the_callers() -> None:
    affinities, _ = random_affinities(20, 0.5)
    arrays = [layout_of(20, 2, seed=seed) for seed in range(3)]
    before = [array.copy() for array in arrays]
    run(Optimiser(affinities, SCHEDULE, arrays[0], velocity=arrays[1], gains=arrays[2]), 3)
    for array, expected in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, expected)


def test_the_loss_does_not_know_of_the_exaggeration() -> None:
    affinities, _ = random_affinities(50, 0.3)
    layout = layout_of(50, 2)
    early, late = (Optimiser(affinities, SCHEDULE, layout, step=step) for step in (0, 10))
    assert early.evaluate() == late.evaluate()
    assert np.abs(early.gradient() - late.gradient()).max() > 0


def test_the_exaggeration_multiplies_the_attraction_alone() -> None:
    affinities, _ = random_affinities(50, 0.3)
    layout = layout_of(50, 2)
    gradients = []
    for exaggeration in (1.0, 2.0, 3.0):
        optimiser = Optimiser(affinities, Schedule(0.0, exaggeration, 10), layout)
        optimiser.evaluate()
        gradients.append(optimiser.gradient().astype(np.float64))
    np.testing.assert_allclose(gradients[2] - gradients[1], gradients[1] - gradients[0], rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_single_point_rests_and_has_no_loss(n_dims: int) -> None:
    nothing = Affinities(np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    optimiser = Optimiser(nothing, SCHEDULE, np.zeros((1, n_dims), np.float32))
    assert all(math.isnan(loss) for loss in run(optimiser, 12))
    np.testing.assert_array_equal(optimiser.layout, 0.0)


def test_a_schedule_and_affinities_may_change_on_the_way() -> None:
    affinities, _ = random_affinities(50, 0.3)
    others, _ = random_affinities(50, 0.3, seed=1)
    optimiser = Optimiser(affinities, SCHEDULE, layout_of(50, 2))
    loss = optimiser.evaluate()
    gradient = optimiser.gradient()
    optimiser.schedule = replace(SCHEDULE, set_exaggeration=1.0)
    assert optimiser.evaluate() == loss
    assert np.abs(optimiser.gradient() - gradient).max() > 0
    optimiser.follow(others)
    expected = Optimiser(others, SCHEDULE, layout_of(50, 2)).evaluate()
    assert optimiser.evaluate() == expected != loss


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_perturbation_is_small_stays_inside_and_repeats(n_dims: int) -> None:
    affinities, _ = random_affinities(500, 0.05)
    layout = layout_of(500, n_dims)
    layout -= layout.mean(axis=0)
    radius = np.linalg.norm(layout, axis=1).max()
    moved = []
    for seed in (1, 1, 2):
        optimiser = Optimiser(affinities, SCHEDULE, layout, step=7)
        optimiser.perturb(seed)
        moved.append(optimiser.layout)
    np.testing.assert_array_equal(moved[0], moved[1])
    assert (moved[0] != moved[2]).any()
    shift = moved[0].astype(np.float64) - layout
    np.testing.assert_allclose(moved[0].mean(axis=0, dtype=np.float64), 0.0, atol=1e-5 * radius)
    assert np.abs(shift).max() <= 0.055 * radius
    assert shift.std(axis=0) == pytest.approx(0.05 * radius / 3**0.5, rel=0.15)
    assert np.linalg.norm(moved[0], axis=1).max() <= 1.01 * radius


def test_a_layout_without_extent_is_not_moved_by_a_perturbation() -> None:
    affinities, _ = random_affinities(20, 0.5)
    optimiser = Optimiser(affinities, SCHEDULE, np.zeros((20, 2), np.float32))
    optimiser.perturb(0)
    np.testing.assert_array_equal(optimiser.layout, 0.0)
