"""One step of gradient descent with momentum and gains."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]

GAIN_RISE = 0.2
GAIN_DECAY = 0.8
MIN_GAIN = 0.01
"""Of each coordinate's own step size: it rises while the gradient goes on against the last move's sign, and decays
where they disagree (van der Maaten 2014, after Jacobs 1988)."""


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def update_inplace(
    layout: Float32Array,
    velocity: Float32Array,
    gains: Float32Array,
    gradient: Float32Array,
    learning_rate: float,
    momentum: float,
) -> None:
    """Move all points one step and put their mean back to the origin, where float32 has the most digits.

    Args:
        layout, velocity, gains: ``(n_points, n_dims)``, changed; ``velocity`` is the last move.
        gradient: ``(n_points, n_dims)`` of the divergence.
        learning_rate: of the gradient with its factor 4.
        momentum: share of the last move that goes on.
    """
    n_points, n_dims = layout.shape
    for dim in range(n_dims):
        total = 0.0
        for i in range(n_points):
            slope, speed = gradient[i, dim], velocity[i, dim]
            if (slope > 0) != (speed > 0):
                gain = gains[i, dim] + np.float32(GAIN_RISE)
            else:
                gain = max(gains[i, dim] * np.float32(GAIN_DECAY), np.float32(MIN_GAIN))
            gains[i, dim] = gain
            speed = np.float32(momentum) * speed - np.float32(learning_rate) * gain * slope
            velocity[i, dim] = speed
            layout[i, dim] += speed
            total += layout[i, dim]
        mean = np.float32(total / n_points)
        for i in range(n_points):
            layout[i, dim] -= mean
