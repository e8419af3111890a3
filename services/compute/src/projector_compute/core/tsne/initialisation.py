"""Where the points start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.pca import principal_components

Float32Array = NDArray[np.float32]

INITIAL_STD = 1e-4
"""Standard deviation of the first dimension: small enough that attraction alone decides the first steps."""
_JITTER = 0.01
"""Of INITIAL_STD. Points at the very same place feel the very same forces and would never part."""


def initial_layout(points: Float32Array, n_dims: int, seed: int) -> Float32Array:
    """The first principal components, scaled to a standard deviation of INITIAL_STD, with some jitter.

    Source: D. Kobak, P. Berens, "The art of using t-SNE for single-cell transcriptomics", Nat. Commun. 10 (2019): a
    start from PCA keeps the global arrangement and repeats.

    Args:
        points: ``(n_points, n_original_dims)``, finite.
        n_dims: 2 or 3; dimensions the data does not have start with the jitter alone.
        seed: of the jitter.

    Returns:
        float32 ``(n_points, n_dims)``.
    """
    scores = principal_components(points, n_dims).scores
    layout = np.random.default_rng(seed).normal(scale=_JITTER * INITIAL_STD, size=(len(points), n_dims))
    std = float(scores[:, 0].std(dtype=np.float64))
    if std > 0:
        layout[:, : scores.shape[1]] += scores * (INITIAL_STD / std)
    return layout.astype(np.float32)
