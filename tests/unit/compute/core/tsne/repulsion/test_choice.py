from __future__ import annotations

import numpy as np
import pytest
from unit.compute.core.tsne.layouts import layout_of
from unit.compute.core.tsne.repulsion.stages import mnist_layout

from projector_compute.core.tsne.repulsion.choice import choose_plan
from projector_compute.core.tsne.repulsion.plan import EXACT


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_spread_layout_sums_its_crowds_pair_by_pair(n_dims: int) -> None:
    assert choose_plan(mnist_layout(n_dims, 50)).cutoff == 0
    assert choose_plan(mnist_layout(n_dims, 1000)).cutoff > 0


@pytest.mark.parametrize("n_dims", [2, 3])
def test_the_mesh_does_not_grow_with_the_extent(n_dims: int) -> None:
    layout = mnist_layout(n_dims, 1000)
    sizes = [np.prod(choose_plan(layout * np.float32(factor)).padded) for factor in (0.5, 1, 2, 3)]
    assert max(sizes) <= 4 * min(sizes)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_what_is_planned_fits(n_dims: int) -> None:
    for extent in (1e-6, 1e-3, 1.0, 10.0, 40.0):
        layout = layout_of(20_000, n_dims, extent)
        plan = choose_plan(layout)
        assert plan.fits(np.ptp(layout, axis=0).astype(np.float64))
        assert plan.is_lowered == (extent < 0.1)
        assert not plan.is_exact


@pytest.mark.parametrize("layout", [np.zeros((9_000, 2)), layout_of(100, 2)])
def test_nothing_to_gain_means_all_pairs(layout: np.ndarray) -> None:
    assert choose_plan(layout.astype(np.float32)) == EXACT


@pytest.mark.parametrize("n_dims", [2, 3])
def test_a_fine_plan_has_a_finer_mesh(n_dims: int) -> None:
    layout = mnist_layout(n_dims, 1000)
    usual, fine = choose_plan(layout), choose_plan(layout, fine=True)
    assert fine.spacing * max(1, usual.cutoff / fine.cutoff) < usual.spacing
