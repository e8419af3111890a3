from __future__ import annotations

import numpy as np
from unit.compute.core.tsne.layouts import layout_of

from projector_compute.core.tsne.update import GAIN_DECAY, GAIN_RISE, MIN_GAIN, update_inplace


def test_a_step_follows_the_rule() -> None:
    layout, velocity, gradient = (layout_of(80, 3, seed=seed) for seed in range(3))
    layout -= layout.mean(axis=0)
    gains = np.random.default_rng(3).uniform(0.5, 2.0, size=(80, 3)).astype(np.float32)
    against = (gradient > 0) != (velocity > 0)
    new_gains = np.where(against, gains + GAIN_RISE, gains * GAIN_DECAY)
    new_velocity = 0.8 * velocity - 200.0 * new_gains * gradient
    moved = layout + new_velocity
    update_inplace(layout, velocity, gains, gradient, 200.0, 0.8)
    np.testing.assert_allclose(gains, new_gains, rtol=1e-6)
    np.testing.assert_allclose(velocity, new_velocity, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(layout, moved - moved.mean(axis=0), rtol=1e-5, atol=1e-3)


def test_the_mean_stays_at_the_origin() -> None:
    layout, velocity = layout_of(500, 2), np.zeros((500, 2), np.float32)
    gains = np.ones_like(layout)
    for seed in range(20):
        update_inplace(layout, velocity, gains, layout_of(500, 2, seed=seed) + np.float32(3), 1.0, 0.8)
    assert np.abs(layout.mean(axis=0, dtype=np.float64)).max() < 1e-6 * np.abs(layout).max()


def test_gains_never_fall_below_their_least() -> None:
    layout, velocity, gains = np.zeros((2, 2), np.float32), np.ones((2, 2), np.float32), np.ones((2, 2), np.float32)
    for _ in range(50):
        update_inplace(layout, velocity, gains, np.ones((2, 2), np.float32), 0.0, 1.0)
    np.testing.assert_array_equal(gains, np.float32(MIN_GAIN))
