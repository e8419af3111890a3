"""Exact neighbors of all rows beside faiss and scikit-learn, and beside what one matrix product would take."""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors

from benchmarks.data import Points, digits_10k, words_71k
from benchmarks.row import Row
from benchmarks.timing import alternate, seconds
from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale

_N_NEIGHBORS = 90
_N_THREADS = 2
_SQUARE = 4096
_RATE_PART = 0.6


def measure(*, quick: bool) -> Iterator[Row]:
    """A row against the better of the peers for each data set, and one against the machine for the larger."""
    digits = digits_10k(3_000 if quick else 10_000)
    words = words_71k(10_000 if quick else 71_291)
    faiss.omp_set_num_threads(_N_THREADS)
    nearest_neighbors(digits.values[:1500], 3)  # compiles
    yield _beside_peers(digits, 5)
    beside_peers = _beside_peers(words, 1)
    yield beside_peers
    product_seconds = _product_seconds(words)
    yield Row(
        name=f"the same beside one matrix product of all pairs, {words.name}",
        value=beside_peers.value,
        unit="s",
        peer=f"sgemm at the rate of a square of {_SQUARE}",
        peer_value=product_seconds,
        target=f"at least {_RATE_PART:g} of its rate",
        met=product_seconds / beside_peers.value >= _RATE_PART,
    )


def _beside_peers(points: Points, repeats: int) -> Row:
    values = unit_scale(points.values)

    def ours() -> object:
        return nearest_neighbors(values, _N_NEIGHBORS)

    def with_faiss() -> object:
        index = faiss.IndexFlatL2(values.shape[1])
        index.add(values)
        return index.search(values, _N_NEIGHBORS + 1)

    def with_scikit_learn() -> object:
        return NearestNeighbors(n_neighbors=_N_NEIGHBORS, algorithm="brute", n_jobs=_N_THREADS).fit(values).kneighbors()

    our_seconds, faiss_seconds = alternate(ours, with_faiss, repeats)
    sklearn_seconds = seconds(with_scikit_learn)
    peer_seconds, peer = min((faiss_seconds, "faiss IndexFlatL2"), (sklearn_seconds, "scikit-learn brute"))
    return Row(
        name=f"{_N_NEIGHBORS} exact neighbors of all rows, {points.name}",
        value=our_seconds,
        unit="s",
        peer=peer,
        peer_value=peer_seconds,
        target="at least 1x",
        met=our_seconds <= peer_seconds,
    )


def _product_seconds(points: Points) -> float:
    """What the products of all pairs would take at the best rate of a large square."""
    square = np.random.default_rng(0).standard_normal((_SQUARE, _SQUARE), np.float32)
    best_seconds = min(seconds(lambda: square @ square) for _ in range(5))
    n_points, n_dims = points.values.shape
    n_products: int = n_points * n_points * n_dims
    return best_seconds * n_products / _SQUARE**3
