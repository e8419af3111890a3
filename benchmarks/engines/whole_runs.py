"""Where whole t-SNE runs end, beside those of openTSNE: divergence from the same affinities, and neighbors kept."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from openTSNE import TSNE

from benchmarks.data import digits_10k
from benchmarks.row import Row
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.quality import layout_quality
from projector_compute.core.tsne.affinities import Affinities, joint_affinities, neighbors_needed
from projector_compute.core.tsne.attraction import attraction
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.repulsion.exact import exact_repulsion
from projector_compute.core.tsne.schedule import Schedule

_PERPLEXITY = 30.0
_EARLY_STEPS = 250
_LATE_STEPS = 500
_SEEDS = (0, 1, 2)
_N_NEIGHBORS = 10
_N_THREADS = 2
_MARGIN = 1.01
"""Seeds alone move the divergence by so much."""


def measure(*, quick: bool) -> Iterator[Row]:
    """Two rows, means over the seeds, in 2-D: openTSNE has no fast gradient in 3-D."""
    points = digits_10k(2_000 if quick else 10_000)
    values = unit_scale(points.values)
    table = nearest_neighbors(values, neighbors_needed(_PERPLEXITY, len(values)))
    affinities = joint_affinities(table, _PERPLEXITY)
    ours = [_our_run(values, affinities, seed) for seed in _SEEDS]
    theirs = [_their_run(values, seed) for seed in _SEEDS]
    our_loss, their_loss = _mean_divergence(affinities, ours), _mean_divergence(affinities, theirs)
    name = f"after {_EARLY_STEPS + _LATE_STEPS} steps, 2-D, mean of {len(_SEEDS)} seeds, {points.name}"
    yield Row(
        name=f"divergence {name}",
        value=our_loss,
        unit="nats",
        peer="openTSNE FFT",
        peer_value=their_loss,
        target=f"at most {_MARGIN:g} of the peer's",
        met=our_loss <= _MARGIN * their_loss,
    )
    our_lost, their_lost = _mean_lost(values, ours), _mean_lost(values, theirs)
    yield Row(
        name=f"part of {_N_NEIGHBORS} neighbors that are lost {name}",
        value=our_lost,
        unit="",
        peer="openTSNE FFT",
        peer_value=their_lost,
        target="at most 0.01 more than the peer",
        met=our_lost <= their_lost + 0.01,
    )


def _our_run(values: NDArray[np.float32], affinities: Affinities, seed: int) -> NDArray[np.float32]:
    schedule = Schedule(learning_rate=0, early_exaggeration=12, early_exaggeration_steps=_EARLY_STEPS)
    optimiser = Optimiser(affinities, schedule, start_from_pca(values, 2, seed))
    for _ in range(_EARLY_STEPS + _LATE_STEPS):
        optimiser.evaluate()
        optimiser.move()
    return optimiser.layout


def _their_run(values: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    peer = TSNE(2, perplexity=_PERPLEXITY, random_state=seed, n_jobs=_N_THREADS, negative_gradient_method="fft")
    return np.asarray(peer.fit(values), np.float32)


def _mean_divergence(affinities: Affinities, layouts: list[NDArray[np.float32]]) -> float:
    """Exact, of each layout as it is."""
    wide = affinities.values.astype(np.float64)
    negative_entropy = float((wide * np.log(wide)).sum())
    found = []
    for layout in layouts:
        scratch = np.empty_like(layout)
        found.append(
            negative_entropy + attraction(affinities, layout, scratch) + math.log(exact_repulsion(layout, scratch))
        )
    return float(np.mean(found))


def _mean_lost(values: NDArray[np.float32], layouts: list[NDArray[np.float32]]) -> float:
    kept = [layout_quality(values, layout, _N_NEIGHBORS, seed=0).neighbor_preservation.value for layout in layouts]
    return 1.0 - float(np.mean(kept))
