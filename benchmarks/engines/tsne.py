"""A whole t-SNE step late in a run, beside peers' gradients alone on the same layout and affinities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from openTSNE import tsne as opentsne
from sklearn.manifold import _barnes_hut_tsne

from benchmarks.data import Points, digits_10k, words_71k
from benchmarks.row import Row
from benchmarks.timing import Work, alternate
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.tsne.affinities import Affinities, joint_affinities, neighbors_needed
from projector_compute.core.tsne.initialisation import start_from_pca
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.repulsion.exact import exact_repulsion
from projector_compute.core.tsne.repulsion.summation import Repulsion
from projector_compute.core.tsne.schedule import Schedule

_PERPLEXITY = 30.0
_N_THREADS = 2
_EARLY_STEPS = 250
_STEPS = 1000
"""The usual run's: the layout has spread, which is where it spends most of its steps."""
_MAX_FORCE_ERROR = 0.02
_FFT = {"n_interpolation_points": 3, "min_num_intervals": 50, "ints_in_interval": 1}
"""openTSNE's defaults."""

Peer = Callable[[Affinities, NDArray[np.float32]], Work]


def measure(*, quick: bool) -> Iterator[Row]:
    """Speed and error of the force in 2-D and 3-D, for the sizes of a picture set and of a vocabulary."""
    yield from _measure(
        digits_10k(3_000 if quick else 10_000),
        15,
        {
            2: (_scikit_learn(0.5), "scikit-learn Barnes-Hut gradient, theta 0.5", 7.0),
            3: (_scikit_learn(0.5), "scikit-learn Barnes-Hut gradient, theta 0.5", 7.0),
        },
    )
    yield from _measure(
        words_71k(10_000 if quick else 71_291),
        5,
        {
            2: (_opentsne_fft, "openTSNE FFT gradient", 7.0),
            3: (_opentsne_barnes_hut, "openTSNE Barnes-Hut gradient, theta 0.8", 9.0),
        },
    )


def _measure(points: Points, repeats: int, peers: dict[int, tuple[Peer, str, float]]) -> Iterator[Row]:
    values = unit_scale(points.values)
    table = nearest_neighbors(values, neighbors_needed(_PERPLEXITY, len(values)))
    affinities = joint_affinities(table, _PERPLEXITY)
    schedule = Schedule(learning_rate=0, early_exaggeration=12, early_exaggeration_steps=_EARLY_STEPS)
    for n_dims, (peer, peer_name, target) in peers.items():
        optimiser = Optimiser(affinities, schedule, start_from_pca(values, n_dims, seed=0))
        for _ in range(_STEPS):
            _step(optimiser)
        layout = optimiser.layout.copy()
        ours, theirs = alternate(partial(_step, optimiser), peer(affinities, layout), repeats)
        yield Row(
            name=f"t-SNE step {n_dims}-D, {points.name}, step {_STEPS}",
            value=1000 * ours,
            unit="ms",
            peer=f"{peer_name}, {_N_THREADS} threads",
            peer_value=1000 * theirs,
            target=f"at least {target:g}x",
            met=theirs / ours >= target,
        )
        error = _force_error(layout)
        yield Row(
            name=f"error of the repulsive force {n_dims}-D, {points.name}, step {_STEPS}",
            value=100 * error,
            unit="%",
            peer=None,
            peer_value=None,
            target=f"at most {100 * _MAX_FORCE_ERROR:g} %",
            met=error <= _MAX_FORCE_ERROR,
        )


def _step(optimiser: Optimiser) -> None:
    optimiser.evaluate()
    optimiser.move()


def _force_error(layout: NDArray[np.float32]) -> float:
    """Relative, in the Frobenius norm."""
    forces, exact = np.empty_like(layout), np.empty_like(layout)
    Repulsion()(layout, forces)
    exact_repulsion(layout, exact)
    return float(np.linalg.norm(forces - exact) / np.linalg.norm(exact))


def _scikit_learn(theta: float) -> Peer:
    """Its gradient without its update: the comparison is the harder one for us."""

    def prepare(affinities: Affinities, layout: NDArray[np.float32]) -> Work:
        indptr, indices = affinities.indptr.copy(), affinities.indices.astype(np.int64)
        values, forces = affinities.values.copy(), np.zeros_like(layout)
        return partial(
            _barnes_hut_tsne.gradient,
            values,
            layout,
            indices,
            indptr,
            forces,
            theta,
            layout.shape[1],
            0,
            dof=1,
            num_threads=_N_THREADS,
        )

    return prepare


def _opentsne_fft(affinities: Affinities, layout: NDArray[np.float32]) -> Work:
    places, matrix = layout.astype(np.float64), _wide(affinities)
    return lambda: opentsne.kl_divergence_fft(places, matrix, dof=1, fft_params=_FFT, n_jobs=_N_THREADS)


def _opentsne_barnes_hut(affinities: Affinities, layout: NDArray[np.float32]) -> Work:
    places, matrix = layout.astype(np.float64), _wide(affinities)
    return lambda: opentsne.kl_divergence_bh(places, matrix, dof=1, bh_params={"theta": 0.8}, n_jobs=_N_THREADS)


def _wide(affinities: Affinities) -> scipy.sparse.csr_matrix:
    values = affinities.values.astype(np.float64)
    return scipy.sparse.csr_matrix((values, affinities.indices.copy(), affinities.indptr.astype(np.int32)))
