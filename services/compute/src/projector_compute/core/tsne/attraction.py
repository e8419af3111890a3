"""How neighbors pull each other together, and on the way the part of the loss that lives on the same pairs.

With ``q = 1 / (1 + |y_i - y_j|^2)`` the attractive part of the gradient is ``A_i = sum_j p_ij q (y_i - y_j)``. The
Kullback-Leibler divergence is ``sum p log p + sum p log(1 + |y_i - y_j|^2) + log Z``: its second term needs a logarithm
a pair, taken here in SIMD lanes, which costs a small part of a step.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from projector_compute.core.tsne.affinities import Affinities

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int32Array = NDArray[np.int32]
Int64Array = NDArray[np.int64]

_BLOCK_PAIRS = 256
"""Pairs gathered before they are computed in SIMD lanes."""
_CHUNK_POINTS = 64
"""Points that share one set of buffers."""
_SAFE_FASTMATH = {"reassoc", "contract", "arcp", "nsz"}
_SQRT_HALF_BITS = 0x3F3504F3
"""float32 bits of sqrt(1/2), the lower end of the mantissas whose logarithm is taken."""
_MANTISSA_BITS = 23
_MANTISSA_MASK = 0x7FFFFF
_LN_2 = 0.6931471805599453
_LOG_3, _LOG_4, _LOG_5, _LOG_6 = 0.33333664, -0.25001169, 0.19972587, -0.16584527
_LOG_7, _LOG_8, _LOG_9 = 0.14821394, -0.14198679, 0.08890794
"""Of ``log(1 + t) = t - t^2 / 2 + sum of _LOG_k t^k``: least squares of the relative error at the Chebyshev points of
[sqrt(1/2), sqrt(2)], which leaves float32's own rounding."""


def attraction(affinities: Affinities, layout: Float32Array, forces: Float32Array) -> float:
    """Write the attractive forces A and return ``sum p log(1 + |y_i - y_j|^2)`` in nats.

    Args:
        affinities: P.
        layout: ``(n_points, n_dims)``, 2 or 3 dimensions.
        forces: ``(n_points, n_dims)``, overwritten.
    """
    # The coordinates of a point in one 16-byte piece of memory: a neighbor costs one cache line, not three.
    places = np.zeros((len(layout), 4), np.float32)
    places[:, : layout.shape[1]] = layout
    row_losses = np.empty(len(layout))
    _sum(affinities.indptr, affinities.indices, affinities.values, places, forces, row_losses)
    return float(row_losses.sum())


@njit(parallel=True, nogil=True, cache=True, fastmath=_SAFE_FASTMATH)  # type: ignore[untyped-decorator]  # numba has no types
def _sum(
    indptr: Int64Array,
    indices: Int32Array,
    values: Float32Array,
    places: Float32Array,
    forces: Float32Array,
    row_losses: Float64Array,
) -> None:
    """Gather a block of pairs, then compute it: only loops without gathers become SIMD code."""
    n_points, n_dims = forces.shape
    n_chunks = (n_points + _CHUNK_POINTS - 1) // _CHUNK_POINTS
    for chunk in prange(n_chunks):
        dx = np.empty(_BLOCK_PAIRS, np.float32)
        dy = np.empty(_BLOCK_PAIRS, np.float32)
        dz = np.empty(_BLOCK_PAIRS, np.float32)
        for i in range(chunk * _CHUNK_POINTS, min((chunk + 1) * _CHUNK_POINTS, n_points)):
            x, y, z = places[i, 0], places[i, 1], places[i, 2]
            total_x, total_y, total_z, total_loss = 0.0, 0.0, 0.0, 0.0
            for start in range(indptr[i], indptr[i + 1], _BLOCK_PAIRS):
                n_pairs = min(_BLOCK_PAIRS, indptr[i + 1] - start)
                for pair in range(n_pairs):
                    j = indices[start + pair]
                    dx[pair] = x - places[j, 0]
                    dy[pair] = y - places[j, 1]
                    dz[pair] = z - places[j, 2]
                pull_x, pull_y, pull_z, loss = _sum_pairs(values[start : start + n_pairs], dx, dy, dz)
                total_x += pull_x
                total_y += pull_y
                total_z += pull_z
                total_loss += loss
            forces[i, 0] = total_x
            forces[i, 1] = total_y
            if n_dims == 3:
                forces[i, 2] = total_z
            row_losses[i] = total_loss


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _sum_pairs(
    values: Float32Array, dx: Float32Array, dy: Float32Array, dz: Float32Array
) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    one = np.float32(1)
    pull_x, pull_y, pull_z, loss = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
    for pair in range(values.size):
        widened = one + dx[pair] * dx[pair] + dy[pair] * dy[pair] + dz[pair] * dz[pair]
        pull = values[pair] / widened
        pull_x += pull * dx[pair]
        pull_y += pull * dy[pair]
        pull_z += pull * dz[pair]
        loss += values[pair] * _log(widened)
    return pull_x, pull_y, pull_z, loss


@njit(nogil=True, cache=True, fastmath=_SAFE_FASTMATH, error_model="numpy")  # type: ignore[untyped-decorator]  # numba has no types
def _log(value: np.float32) -> np.float32:
    """Natural logarithm of a positive, normal float32, without a branch, so that loops over it become SIMD code.

    ``value = 2^exponent * (1 + t)`` with ``1 + t`` in [sqrt(1/2), sqrt(2)), and a polynomial of t.
    """
    # numba widens integer sums to 64 bits, which would halve the lanes and forbid the view.
    bits = np.int32(np.float32(value).view(np.int32) - np.int32(_SQRT_HALF_BITS))
    exponent = np.int32(bits >> np.int32(_MANTISSA_BITS))
    t = np.int32((bits & np.int32(_MANTISSA_MASK)) + np.int32(_SQRT_HALF_BITS)).view(np.float32) - np.float32(1)
    series = np.float32(_LOG_9) * t + np.float32(_LOG_8)
    series = series * t + np.float32(_LOG_7)
    series = series * t + np.float32(_LOG_6)
    series = series * t + np.float32(_LOG_5)
    series = series * t + np.float32(_LOG_4)
    series = series * t + np.float32(_LOG_3)
    return np.float32(exponent) * np.float32(_LN_2) + (t + t * t * (series * t - np.float32(0.5)))
