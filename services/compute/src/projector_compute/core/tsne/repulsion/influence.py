"""The far part of the kernel on the mesh, as a product of Fourier transforms in free space.

Source: R. Hockney, J. Eastwood, "Computer Simulation Using Particles" (1988), chapter 8: of all mesh kernels the one
with the least error after spreading and reading with the same splines.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numba
import numpy as np
import scipy.fft
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Int64Array = NDArray[np.int64]

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class FarKernel:
    """What the mesh has to sum.

    Attributes:
        cutoff: where the near part ends, in the layout's unit; 0: there is none, the mesh sums the whole kernel.
        exponent: nu of the split, see ``near``.
        is_lowered: sum ``q - 1`` in place of q. In a layout much smaller than 1 all kernels are almost 1, and float32
            would hold nothing of the differences that make up the forces.
    """

    cutoff: float
    exponent: int
    is_lowered: bool

    def __call__(self, squared: Float64Array) -> Float64Array:
        """The kernel at squared distances."""
        q = 1.0 / (1.0 + squared)
        if self.is_lowered:
            return -squared * q
        if not self.cutoff:
            return q
        reach = self.cutoff**2
        x = np.maximum(reach - squared, 0.0) / (1.0 + reach)
        return q * (1.0 - x**self.exponent)


class Convolution:
    """Charges on a mesh in, the potential at the same mesh points out.

    Attributes:
        own_potential: what a point finds of its own charge where it is, on average over where it lies on the mesh.
    """

    def __init__(self, kernel: FarKernel, spacing: float, padded: Shape) -> None:
        """Transform the kernel.

        Args:
            kernel: as a function of the distance in the layout's unit.
            spacing: between mesh points, in the layout's unit.
            padded: mesh points along each axis, at least twice as many as charges may occupy, so that nothing wraps
                around; even, or 1 along an axis that does not exist.
        """
        self._padded = padded
        self._influence = _influence(kernel, spacing, padded)
        self.own_potential = _mean_own_potential(self._influence, padded)

    def __call__(self, charges: Float32Array) -> Float32Array:
        """Charges float32, at most half of ``padded`` along each axis; the potential in the same shape.

        Axes are padded when their turn comes and cut as soon as it is over: most of the padding is never transformed.
        """
        n_threads = numba.get_num_threads()
        axes = [axis for axis in (1, 0) if self._padded[axis] > 1]
        waves = scipy.fft.rfft(charges, self._padded[2], axis=2, workers=n_threads)
        for axis in axes:
            waves = scipy.fft.fft(waves, self._padded[axis], axis=axis, workers=n_threads, overwrite_x=True)
        waves *= self._influence
        for axis in reversed(axes):
            waves = scipy.fft.ifft(waves, axis=axis, workers=n_threads, overwrite_x=True)
            waves = waves[: charges.shape[0]] if axis == 0 else waves[:, : charges.shape[1]]
        potential = scipy.fft.irfft(waves, self._padded[2], axis=2, workers=n_threads)
        # Without gaps: one type of array for the kernels, and SIMD lanes.
        return np.ascontiguousarray(potential[..., : charges.shape[2]])


def _influence(kernel: FarKernel, spacing: float, padded: Shape) -> Float32Array:
    """Hockney and Eastwood's least-squares influence function for cubic splines, float32, in the order of ``rfftn``.

    The kernel's transform is taken of samples at half the spacing, so that the first alias of each wave is known.
    """
    real_axes = [axis for axis in range(3) if padded[axis] > 1]
    squared = np.zeros((1, 1, 1))
    for axis in real_axes:
        steps = (np.arange(padded[axis] + 1) * (0.5 * spacing)) ** 2
        squared = squared + steps.reshape([-1 if a == axis else 1 for a in range(3)])
    transform = scipy.fft.dctn(kernel(squared), type=1, axes=real_axes) * 0.5 ** len(real_axes)
    folded = np.zeros([padded[axis] // 2 + 1 for axis in range(3)])
    for aliases in itertools.product(*[(0, 1) if padded[axis] > 1 else (0,) for axis in range(3)]):
        part = transform
        for axis in real_axes:
            part = _alias(part, axis, padded[axis], aliases[axis])
        folded += part
    for axis in real_axes:
        shape = [-1 if a == axis else 1 for a in range(3)]
        folded /= _assignment_sum(padded[axis], np.arange(padded[axis] // 2 + 1)).reshape(shape) ** 2
    return _mirrored(folded, padded).astype(np.float32)


def _mean_own_potential(influence: Float32Array, padded: Shape) -> float:
    """The influence summed over all waves, weighted as a charge is by being spread and read at the same place."""
    weighted = influence.astype(np.float64)
    for axis in range(3):
        if padded[axis] > 1:
            waves = np.arange(influence.shape[axis])
            along = [-1 if a == axis else 1 for a in range(3)]
            weighted *= _assignment_sum(padded[axis], waves).reshape(along)
    both_halves = np.full(influence.shape[2], 2.0)  # rfftn leaves out the waves that mirror these
    both_halves[[0, -1]] = 1.0
    return float((weighted @ both_halves).sum() / math.prod(padded))


def _alias(transform: Float64Array, axis: int, size: int, alias: int) -> Float64Array:
    """Waves 0 to size / 2 along an axis, or those that look like them on the mesh, weighted as splines weight them."""
    waves = np.arange(size // 2 + 1)
    source = size - waves if alias else waves
    weights = np.sinc(source / size) ** 8  # the spline's transform is sinc^4, met once in spreading, once in reading
    return np.take(transform, source, axis=axis) * weights.reshape([-1 if a == axis else 1 for a in range(3)])


def _assignment_sum(size: int, waves: Int64Array) -> Float64Array:
    """``sum of sinc^8`` over all aliases of a wave: the transform of the spline of order 8 at integers."""
    angle = 2 * np.pi * waves / size
    total: Float64Array = 2416 + 2 * (1191 * np.cos(angle) + 120 * np.cos(2 * angle) + np.cos(3 * angle))
    return total / 5040


def _mirrored(folded: Float64Array, padded: Shape) -> Float64Array:
    """From waves of all axes up to half their number to what ``rfftn`` orders: negative waves in all but the last."""
    for axis in (0, 1):
        if padded[axis] > 1:
            waves = np.minimum(np.arange(padded[axis]), padded[axis] - np.arange(padded[axis]))
            folded = np.take(folded, waves, axis=axis)
    return folded
