"""Layouts of real runs, kept as 16-bit codes: t-SNE of MNIST's 10,000 test images at several stages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STEPS = (50, 260, 300, 1000)
"""In the midst of early exaggeration (to step 250), just after it, and late."""


@cache
def mnist_layout(n_dims: int, step: int) -> NDArray[np.float32]:
    """Float32 ``(10_000, n_dims)``."""
    with np.load(Path(__file__).parent / "mnist_layouts.npz") as stored:
        layout = stored[f"{n_dims}d_{step}_codes"] * stored[f"{n_dims}d_{step}_scale"]
    return np.asarray(layout - layout.mean(axis=0), np.float32)


def side_by_side(layout: NDArray[np.float32], n_copies: int) -> NDArray[np.float32]:
    """A layout with several copies of itself along its first axis, each shaken a little."""
    rng = np.random.default_rng(0)
    step = np.zeros(layout.shape[1])
    step[0] = 1.1 * np.ptp(layout[:, 0])
    copies = [layout + copy * step + rng.normal(scale=0.3, size=layout.shape) for copy in range(n_copies)]
    return np.concatenate(copies).astype(np.float32)
