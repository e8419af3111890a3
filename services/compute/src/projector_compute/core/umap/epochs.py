"""The descent: every epoch draws connected points together and pushes some others apart."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.umap.curve import Curve

Float32Array = NDArray[np.float32]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]

_NEGATIVE_SAMPLES = 5
"""Points pushed away for each connection that is drawn together (McInnes et al. 2018, section 4.2)."""
_CLIP = 4.0
"""Of a move along one dimension, before the learning rate."""
_SOFTENING = 1e-3
"""Keeps the push of points at the very same place finite."""
_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}


class Descent:
    """UMAP's layout on its way.

    Which connections and which other points an epoch samples follows from its number and the seed alone, so that layout
    and epoch are all that has to be kept to go on as if nothing had been between. One thread: points move while others
    look at them, and with several the result would be another one every time.

    Attributes:
        layout: float32 ``(n_points, n_dims)``, changed by every epoch.
        epoch: epochs done.
    """

    def __init__(
        self, graph: Affinities, curve: Curve, layout: Float32Array, *, n_epochs: int, seed: int, epoch: int = 0
    ) -> None:
        self._graph = graph
        self._curve = curve
        self._n_epochs = n_epochs
        self._seed = seed
        self.layout = np.array(layout, np.float32)
        self.epoch = epoch
        strongest = float(graph.values.max(initial=0.0))
        # A connection is sampled in so large a part of the epochs as it is strong; the faintest never.
        self._rates = (graph.values / strongest if strongest else graph.values).astype(np.float64)
        self._rates[self._rates * n_epochs < 1.0] = 0.0

    def step(self) -> None:
        """One epoch."""
        graph = self._graph
        self.epoch += 1
        _step(
            graph.indptr,
            graph.indices,
            self._rates,
            self.layout,
            self.epoch,
            1.0 - (self.epoch - 1) / self._n_epochs,
            np.float32(self._curve.a),
            np.float32(self._curve.b),
            np.uint64(self._seed),
        )


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _mixed(state: np.uint64) -> np.uint64:
    """A counter's number by splitmix64 (G. Steele et al., "Fast splittable pseudorandom number generators", 2014)."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, cache=True, fastmath=_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _step(
    indptr: Int64Array,
    indices: Int32Array,
    rates: NDArray[np.float64],
    layout: Float32Array,
    epoch: int,
    learning_rate: float,
    a: np.float32,
    b: np.float32,
    seed: np.uint64,
) -> None:
    n_points = np.uint64(layout.shape[0])
    alpha = np.float32(learning_rate)
    golden = np.uint64(0x9E3779B97F4A7C15)
    counter = _mixed(seed * golden + np.uint64(epoch))
    for head in range(layout.shape[0]):
        for entry in range(indptr[head], indptr[head + 1]):
            rate = rates[entry]
            if math.floor(epoch * rate) == math.floor((epoch - 1) * rate):
                continue
            tail = np.int64(indices[entry])
            _attract(layout, head, tail, alpha, a, b)
            for _ in range(_NEGATIVE_SAMPLES):
                counter += golden
                other = np.int64(_mixed(counter) % n_points)
                if other != head:
                    _repel(layout, head, other, alpha, a, b)


@njit(nogil=True, cache=True, fastmath=_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _attract(layout: Float32Array, head: int, tail: int, alpha: np.float32, a: np.float32, b: np.float32) -> None:
    """Down the slope of ``-log q``, for both points."""
    squared = _squared_distance(layout, head, tail)
    if squared > np.float32(0):
        power = math.exp(b * math.log(squared))
        slope = np.float32(-2) * a * b * power / (squared * (a * power + np.float32(1)))
        for dim in range(layout.shape[1]):
            move = _clipped(slope * (layout[head, dim] - layout[tail, dim])) * alpha
            layout[head, dim] += move
            layout[tail, dim] -= move


@njit(nogil=True, cache=True, fastmath=_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _repel(layout: Float32Array, head: int, other: int, alpha: np.float32, a: np.float32, b: np.float32) -> None:
    """Down the slope of ``-log(1 - q)``, for the first point alone."""
    squared = _squared_distance(layout, head, other)
    if squared > np.float32(0):
        power = math.exp(b * math.log(squared))
        slope = np.float32(2) * b / ((np.float32(_SOFTENING) + squared) * (a * power + np.float32(1)))
        for dim in range(layout.shape[1]):
            layout[head, dim] += _clipped(slope * (layout[head, dim] - layout[other, dim])) * alpha


@njit(nogil=True, cache=True, fastmath=_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _squared_distance(layout: Float32Array, first: int, second: int) -> np.float32:
    squared = np.float32(0)
    for dim in range(layout.shape[1]):
        difference = layout[first, dim] - layout[second, dim]
        squared += difference * difference
    return squared


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba has no types
def _clipped(value: np.float32) -> np.float32:
    return min(max(value, np.float32(-_CLIP)), np.float32(_CLIP))
