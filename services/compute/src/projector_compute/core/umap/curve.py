"""How near points of a layout count as how much connected."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.optimize

_SPREAD = 1.0
"""Beyond ``min_dist`` the wanted membership falls by e over so much of the layout's unit."""


class Curve(NamedTuple):
    """Membership ``1 / (1 + a d^2b)`` of two points at distance d."""

    a: float
    b: float


def fit_curve(min_dist: float) -> Curve:
    """The curve nearest to 1 up to ``min_dist`` (0 to 1) and ``exp(min_dist - d)`` beyond, up to three units."""
    distances = np.linspace(0, 3 * _SPREAD, 300)
    wanted = np.where(distances < min_dist, 1.0, np.exp(-(distances - min_dist) / _SPREAD))
    (a, b), _ = scipy.optimize.curve_fit(lambda d, a, b: 1.0 / (1.0 + a * d ** (2 * b)), distances, wanted)
    return Curve(float(a), float(b))
