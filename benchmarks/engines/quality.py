"""Scores of a layout beside scikit-learn's trustworthiness, which is one of our four."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.manifold import trustworthiness

from benchmarks.data import digits_10k
from benchmarks.row import Row
from benchmarks.timing import seconds
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.quality import layout_quality

_N_NEIGHBORS = 15


def measure(*, quick: bool) -> Iterator[Row]:
    """One row: every row of the digits looked at."""
    points = digits_10k(3_000 if quick else 10_000)
    values = unit_scale(points.values)
    layout = np.ascontiguousarray(values[:, [350, 400]])
    layout_quality(values[:100], layout[:100], 3, seed=0)  # compiles
    our_seconds = min(seconds(lambda: layout_quality(values, layout, _N_NEIGHBORS, seed=0)) for _ in range(2))
    peer_seconds = seconds(lambda: trustworthiness(values, layout, n_neighbors=_N_NEIGHBORS))
    yield Row(
        name=f"trustworthiness, continuity, preserved neighbors, rank correlation, {points.name}",
        value=our_seconds,
        unit="s",
        peer="scikit-learn, trustworthiness alone",
        peer_value=peer_seconds,
        target="at least 1x",
        met=our_seconds <= peer_seconds,
    )
