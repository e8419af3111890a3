"""Scores of a layout against scikit-learn's and scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.datasets import load_digits
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from projector_compute.core.preprocess import unit_scale
from projector_compute.core.quality import layout_quality

DIGITS = unit_scale(np.asarray(load_digits().data, np.float32)[:800])
LAYOUTS = {
    "two pixels": np.ascontiguousarray(DIGITS[:, [21, 42]]),
    "principal plane": (DIGITS @ np.linalg.svd(DIGITS, full_matrices=False)[2][:3].T).astype(np.float32),
}


@pytest.mark.parametrize("n_neighbors", [1, 15])
@pytest.mark.parametrize("name", LAYOUTS)
def test_trustworthiness_and_continuity_are_those_of_scikit_learn(name: str, n_neighbors: int) -> None:
    # A little noise, lest which of the many equal distances counts as nearer be anybody's choice.
    points, layout = (
        (values + 1e-4 * np.random.default_rng(0).normal(size=values.shape)).astype(np.float32)
        for values in (DIGITS, LAYOUTS[name])
    )
    found = layout_quality(points, layout, n_neighbors, seed=0)
    wide, wide_layout = points.astype(np.float64), layout.astype(np.float64)
    expected = trustworthiness(wide, wide_layout, n_neighbors=n_neighbors)
    assert found.trustworthiness.value == pytest.approx(expected, abs=1e-6)
    # Continuity is trustworthiness with the two spaces in each other's place.
    expected = trustworthiness(wide_layout, wide, n_neighbors=n_neighbors)
    assert found.continuity.value == pytest.approx(expected, abs=1e-6)


def test_preservation_counts_common_neighbors() -> None:
    layout = LAYOUTS["principal plane"]
    found = layout_quality(DIGITS, layout, 10, seed=0)
    before, after = (_neighbors(each) for each in (DIGITS, layout))
    expected = [len(set(a) & set(b)) / 10 for a, b in zip(before, after, strict=True)]
    np.testing.assert_allclose(found.preservation, expected, rtol=1e-6)
    assert found.neighbor_preservation.value == pytest.approx(np.mean(expected))


def test_the_correlation_is_that_of_all_pairs() -> None:
    layout = LAYOUTS["two pixels"]
    found = layout_quality(DIGITS, layout, 5, seed=0).distance_rank_correlation
    expected = spearmanr(pdist(DIGITS.astype(np.float64)), pdist(layout.astype(np.float64))).statistic
    assert found.value == pytest.approx(expected, abs=1e-6)


def _neighbors(points: NDArray[np.float32]) -> NDArray[np.intp]:
    search = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(points.astype(np.float64))
    return np.asarray(search.kneighbors(return_distance=False))
