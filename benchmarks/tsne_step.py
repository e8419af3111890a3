"""One whole t-SNE step beside scikit-learn's Barnes-Hut gradient, on the same layout and affinities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import _barnes_hut_tsne

from benchmarks.data import digits_10k
from benchmarks.row import Row
from benchmarks.timing import alternate
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.tsne.affinities import Affinities, joint_affinities, neighbors_needed
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule

_PERPLEXITY = 30.0
_THETA = 0.5
_TARGET_RATIO = 7.0
_N_THREADS = 2


def measure(*, quick: bool) -> Iterator[Row]:
    """Rows for 2-D and 3-D: a step late in the run, when the layout has spread."""
    points = digits_10k(3_000 if quick else 10_000)
    steps_before, repeats = (80, 7) if quick else (350, 15)
    table = nearest_neighbors(points.values, neighbors_needed(_PERPLEXITY, len(points.values)))
    affinities = joint_affinities(table, _PERPLEXITY)
    for n_dims in (2, 3):
        schedule = Schedule(learning_rate=0, early_exaggeration=12, early_exaggeration_steps=steps_before // 2)
        optimiser = Optimiser(affinities, schedule, start_from_pca(points.values, n_dims, seed=0))
        for _ in range(steps_before):
            _step(optimiser)
        peer = _sklearn_gradient(affinities, optimiser.layout.copy())
        ours, theirs = alternate(partial(_step, optimiser), peer, repeats)
        yield Row(
            name=f"t-SNE step {n_dims}-D, {points.name}, step {steps_before}",
            value=1000 * ours,
            unit="ms",
            peer=f"scikit-learn Barnes-Hut gradient, theta {_THETA}, {_N_THREADS} threads",
            peer_value=1000 * theirs,
            target=f"at least {_TARGET_RATIO:g}x",
            met=theirs / ours >= _TARGET_RATIO,
        )


def _step(optimiser: Optimiser) -> None:
    optimiser.evaluate()
    optimiser.move()


def _sklearn_gradient(affinities: Affinities, layout: NDArray[np.float32]) -> Callable[[], None]:
    """scikit-learn's gradient alone, without its update: the fairer comparison is the harder one for us."""
    indptr, indices = affinities.indptr.copy(), affinities.indices.astype(np.int64)
    values, forces = affinities.values.copy(), np.zeros_like(layout)

    def gradient() -> None:
        _barnes_hut_tsne.gradient(
            values, layout, indices, indptr, forces, _THETA, layout.shape[1], 0, dof=1, num_threads=_N_THREADS
        )

    return gradient
