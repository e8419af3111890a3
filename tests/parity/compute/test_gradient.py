"""Loss and gradient of the optimiser against the exact divergence: its finite differences, and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import squareform
from sklearn.manifold import _t_sne
from unit.compute.core.tsne.layouts import layout_of, random_affinities

from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule

PLAIN = Schedule(1.0, 1.0, 0)
LAYOUTS = [(2, 0.1), (2, 3.0), (2, 50.0), (3, 0.1), (3, 3.0), (3, 50.0)]


def divergence(affinities: NDArray[np.float64], layout: NDArray[np.float64]) -> float:
    """KL(P || Q) by the book: van der Maaten and Hinton 2008, equations 4 and 5."""
    kernel = 1.0 / (1.0 + ((layout[:, np.newaxis] - layout) ** 2).sum(axis=2))
    np.fill_diagonal(kernel, 0.0)
    similarities = kernel / kernel.sum()
    some = affinities > 0
    return float((affinities[some] * np.log(affinities[some] / similarities[some])).sum())


@pytest.mark.parametrize(("n_dims", "extent"), LAYOUTS)
def test_the_gradient_is_the_slope_of_the_divergence(n_dims: int, extent: float) -> None:
    affinities, matrix = random_affinities(40, 0.4)
    layout = layout_of(40, n_dims, extent)
    optimiser = Optimiser(affinities, PLAIN, layout)
    loss = optimiser.evaluate()
    gradient = optimiser.gradient()
    wide = layout.astype(np.float64)
    matrix = matrix / matrix.sum()
    assert loss == pytest.approx(divergence(matrix, wide), abs=1e-6)
    step = 1e-6 * extent
    slopes = np.empty_like(wide)
    for index in np.ndindex(*wide.shape):
        ends = []
        for side in (step, -step):
            moved = wide.copy()
            moved[index] += side
            ends.append(divergence(matrix, moved))
        slopes[index] = (ends[0] - ends[1]) / (2 * step)
    # Central differences of a float64 loss near 1 are good to about 1e-16 / step.
    assert np.linalg.norm(gradient - slopes) <= 2e-6 * np.linalg.norm(slopes) + 1e-8 / extent


@pytest.mark.parametrize(("n_dims", "extent"), LAYOUTS)
def test_loss_and_gradient_are_those_of_scikit_learn(n_dims: int, extent: float) -> None:
    n_points = 200
    affinities, matrix = random_affinities(n_points, 0.3)
    layout = layout_of(n_points, n_dims, extent)
    condensed = np.maximum(squareform(matrix, checks=False), np.finfo(np.float64).eps)
    loss, gradient = _t_sne._kl_divergence(layout.ravel().astype(np.float64), condensed, 1, n_points, n_dims)
    optimiser = Optimiser(affinities, PLAIN, layout)
    assert optimiser.evaluate() == pytest.approx(loss, abs=1e-5)
    expected = gradient.reshape(n_points, n_dims)
    assert np.linalg.norm(optimiser.gradient() - expected) <= 2e-6 * np.linalg.norm(expected)
