"""Principal components of a million rows beside scikit-learn's, and how exact both are."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from benchmarks.data import gaussian_1m
from benchmarks.row import Row
from benchmarks.timing import alternate
from projector_compute.core.pca import principal_components

_N_COMPONENTS = 10
_MAX_ERROR = 1e-6
_MAX_MEMORY_MB = 100.0


def measure(*, quick: bool) -> Iterator[Row]:
    """Time for components and scores, error of the explained variances, memory beside the points and the scores."""
    points = gaussian_1m(100_000 if quick else 1_000_000)
    # Columns of different spread around a mean that is not 0, as embeddings have them.
    values = points.values
    values *= np.linspace(3, 0.5, values.shape[1], dtype=np.float32)
    values += np.float32(3)
    principal_components(values[:1000], _N_COMPONENTS)
    before = _peak_mb()
    principal = principal_components(values, _N_COMPONENTS)
    grown = _peak_mb() - before - principal.scores.nbytes / 1e6
    peer = PCA(_N_COMPONENTS, svd_solver="covariance_eigh")
    ours, theirs = alternate(lambda: principal_components(values, _N_COMPONENTS), lambda: peer.fit_transform(values), 5)
    yield Row(
        name=f"{_N_COMPONENTS} principal components and scores, {points.name}",
        value=ours,
        unit="s",
        peer="scikit-learn covariance_eigh, fit_transform",
        peer_value=theirs,
        target="at least 1x",
        met=ours <= theirs,
    )
    exact = _exact_ratios(values)
    error = float(np.abs(principal.explained_variance_ratio / exact - 1).max())
    yield Row(
        name=f"largest relative error of the explained variances, {points.name}",
        value=error,
        unit="",
        peer="scikit-learn covariance_eigh",
        peer_value=float(np.abs(peer.explained_variance_ratio_ / exact - 1).max()),
        target=f"at most {_MAX_ERROR:g}",
        met=error <= _MAX_ERROR,
    )
    yield Row(
        name=f"memory beside points and scores, {points.name}",
        value=max(grown, 0.0),
        unit="MB",
        peer=None,
        peer_value=None,
        target=f"at most {_MAX_MEMORY_MB:g} MB",
        met=grown <= _MAX_MEMORY_MB,
    )


def _peak_mb() -> float:
    """The most memory that this process has had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _exact_ratios(values: NDArray[np.float32]) -> NDArray[np.float64]:
    mean = values.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((values.shape[1], values.shape[1]))
    for start in range(0, len(values), 50_000):
        block = values[start : start + 50_000] - mean
        scatter += block.T @ block
    variances = np.linalg.eigvalsh(scatter)[::-1]
    return np.asarray(variances[:_N_COMPONENTS] / variances.sum())
