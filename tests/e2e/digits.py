"""The demo's data, for tests that compute on their own what the page should say."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

N_DIGITS = 1797


@cache
def pixels() -> NDArray[np.float64]:
    """``(1797, 64)``."""
    return np.asarray(load_digits().data, np.float64)


@cache
def labels() -> NDArray[np.int64]:
    """``(1797,)``, 0 to 9."""
    return np.asarray(load_digits().target, np.int64)


def rows_of(*digits: int) -> list[int]:
    """The rows of some digits, ascending."""
    return [int(row) for row in np.flatnonzero(np.isin(labels(), digits))]


def distances(row: int, metric: str) -> NDArray[np.float64]:
    """Of a row to all rows, ``(1797,)``; that to itself is infinite."""
    points = pixels()
    if metric == "cosine":
        unit = points / np.linalg.norm(points, axis=1, keepdims=True)
        found = 1 - unit @ unit[row]
    else:
        found = np.linalg.norm(points - points[row], axis=1)
    found[row] = np.inf
    return np.asarray(found)


def explained_variance_ratio(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the variance that each principal component describes, largest first."""
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return np.asarray(singular**2 / (singular**2).sum())
