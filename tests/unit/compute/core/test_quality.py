"""Beside the parity with scikit-learn and scipy in ``tests/parity/compute/test_quality.py``."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from projector_compute.core import quality
from projector_compute.core.quality import LayoutQuality, layout_quality
from projector_compute.session import Interrupted, Request


def cloud(n_points: int, n_dims: int = 2, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(n_points, n_dims)).astype(np.float32)


def values(found: LayoutQuality) -> list[float]:
    scores = (
        found.trustworthiness,
        found.continuity,
        found.neighbor_preservation,
        found.distance_rank_correlation,
    )
    return [score.value for score in scores]


def test_a_layout_that_changes_no_distance_is_perfect() -> None:
    points = cloud(300)
    turned = points @ np.array([[0, 1], [-1, 0]], np.float32) * 8 + 3
    found = layout_quality(points, turned, 15, seed=0)
    np.testing.assert_allclose(values(found), 1.0, rtol=1e-9)
    np.testing.assert_array_equal(found.preservation, 1.0)
    assert (found.n_neighbors, found.n_sampled) == (15, 300)


def test_a_layout_that_has_nothing_of_the_rows_is_as_good_as_chance() -> None:
    found = layout_quality(cloud(1500, 8), cloud(1500, 2, seed=1), 10, seed=0)
    np.testing.assert_allclose(values(found)[:3], [0.5, 0.5, 10 / 1499], atol=0.02)
    assert abs(values(found)[3]) < 0.02


def test_tearing_costs_continuity_and_gluing_costs_trust() -> None:
    line = np.linspace(-1, 1, 400, dtype=np.float32)[:, np.newaxis]
    halves = np.where(line < 0, line * 3 - 9, line * 3 + 9)
    torn = layout_quality(line, np.hstack([halves, 0 * line]), 10, seed=0)
    folded = layout_quality(line, np.hstack([np.abs(line), 0 * line]), 10, seed=0)
    assert torn.trustworthiness.value > torn.continuity.value
    assert folded.trustworthiness.value < 0.8 < folded.continuity.value


def test_one_misplaced_row_is_the_one_with_the_worst_neighborhood() -> None:
    points = cloud(200)
    layout = points.copy()
    layout[17] = 50
    found = layout_quality(points, layout, 8, seed=0)
    assert np.argmin(found.preservation) == 17
    assert found.preservation[17] < 0.5


@pytest.mark.parametrize(("n_points", "n_neighbors"), [(3, 1), (4, 1), (5, 2), (10, 4)])
def test_a_neighborhood_is_smaller_than_half_of_the_points(n_points: int, n_neighbors: int) -> None:
    found = layout_quality(cloud(n_points), cloud(n_points), 100, seed=0)
    assert found.n_neighbors == n_neighbors
    np.testing.assert_allclose(values(found), 1.0)


def test_equal_rows_have_no_correlation() -> None:
    found = layout_quality(np.ones((40, 3), np.float32), cloud(40), 5, seed=0)
    assert np.isnan(found.distance_rank_correlation.value)
    assert all(0 <= value <= 1 for value in values(found)[:3])


@pytest.mark.parametrize("spread", [1.0, 1e-5])
def test_scores_are_as_exact_where_rows_crowd(spread: float) -> None:
    """Distances of 1e-5 beside norms of 1, of which products in float32 would keep nothing."""
    inside = np.random.default_rng(0).normal(size=(300, 2))
    points = np.hstack([np.ones((300, 8)), np.zeros((300, 2))])
    points[:, 8:] = spread * inside
    points[0, :8] = -1  # keeps the mean away from the cloud
    found = layout_quality(points.astype(np.float32)[1:], inside.astype(np.float32)[1:], 10, seed=0)
    assert min(values(found)) > 0.999


def test_a_sample_comes_near_the_whole_and_says_how_near(monkeypatch: pytest.MonkeyPatch) -> None:
    points = cloud(3000, 5)
    layout = points[:, :2] + 0.2 * cloud(3000, 2, seed=1)
    whole = layout_quality(points, layout, 15, seed=0)
    monkeypatch.setattr(quality, "EXACT_POINTS", 1000)
    sampled = layout_quality(points, layout, 15, seed=3)
    assert (whole.n_sampled, sampled.n_sampled) == (3000, 333)
    for name in ("trustworthiness", "continuity", "neighbor_preservation"):
        exact, estimate = getattr(whole, name), getattr(sampled, name)
        assert exact.standard_error == 0.0
        assert 0 < estimate.standard_error < 0.02
        assert abs(estimate.value - exact.value) < 4 * estimate.standard_error
    known = ~np.isnan(sampled.preservation)
    assert known.sum() == 333
    np.testing.assert_array_equal(sampled.preservation[known], whole.preservation[known])


def test_the_correlation_of_a_sample_of_pairs_comes_near_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    points = cloud(400, 5)
    layout = points[:, :2].copy()
    whole = layout_quality(points, layout, 15, seed=0).distance_rank_correlation
    monkeypatch.setattr(quality, "_PAIRS", 10_000)
    sampled = layout_quality(points, layout, 15, seed=0).distance_rank_correlation
    assert whole.standard_error == 0.0
    assert 0 < sampled.standard_error < 0.02
    assert 0 < abs(sampled.value - whole.value) < 4 * sampled.standard_error


def test_the_same_seed_gives_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "EXACT_POINTS", 300)
    points, layout = cloud(900, 5), cloud(900)
    first, second = (layout_quality(points, layout, 15, seed=7) for _ in range(2))
    assert values(first) == values(second)
    np.testing.assert_array_equal(first.preservation, second.preservation)


def test_the_work_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_BLOCK_QUERIES", 100)
    told: list[float] = []
    layout_quality(cloud(300), cloud(300), 5, seed=0, progress=told.append)
    np.testing.assert_allclose(told, [1 / 3, 2 / 3, 1])

    def stop(done: float) -> None:
        raise Interrupted(Request.STOP)

    with pytest.raises(Interrupted):
        layout_quality(cloud(300), cloud(300), 5, seed=0, progress=stop)
