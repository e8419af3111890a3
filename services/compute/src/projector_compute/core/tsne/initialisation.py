"""Where the points start."""

from __future__ import annotations

import numpy as np
import scipy.sparse
import scipy.sparse.linalg
from numpy.typing import NDArray

from projector_compute.core.pca import principal_components
from projector_compute.core.tsne.affinities import Affinities

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]

INITIAL_STD = 1e-4
"""Standard deviation of the first dimension: small enough that attraction alone decides the first steps."""
_JITTER = 0.01
"""Of INITIAL_STD. Points at the very same place feel the very same forces and would never part."""
_MIN_GRAPH_POINTS = 16
"""With fewer, the eigenvectors wanted are nearly all there are, which the iterative solver cannot find."""
_EIGENVALUE_TOLERANCE = 1e-6
"""Enough to tell slow waves apart, whose eigenvalues differ in the fifth digit only."""


def start_from_pca(points: Float32Array, n_dims: int, seed: int) -> Float32Array:
    """The first principal components, scaled to a standard deviation of INITIAL_STD, with some jitter.

    Source: D. Kobak, P. Berens, "The art of using t-SNE for single-cell transcriptomics", Nat. Commun. 10 (2019): a
    start from PCA keeps the global arrangement and repeats.

    Args:
        points: ``(n_points, n_original_dims)``, finite.
        n_dims: 2 or 3; dimensions the data does not have start with the jitter alone.
        seed: of the jitter.

    Returns:
        float32 ``(n_points, n_dims)``.
    """
    return _made_small(principal_components(points, n_dims).scores, n_dims, seed)


def start_at_random(n_points: int, n_dims: int, seed: int) -> Float32Array:
    """Gaussian of standard deviation INITIAL_STD (van der Maaten, Hinton 2008), float32 ``(n_points, n_dims)``."""
    return np.random.default_rng(seed).normal(scale=INITIAL_STD, size=(n_points, n_dims)).astype(np.float32)


def start_from_graph(affinities: Affinities, n_dims: int, seed: int) -> Float32Array:
    """Eigenvectors of the graph of P, small and with jitter as for PCA; float32 ``(n_points, n_dims)``.

    Source: M. Belkin, P. Niyogi, "Laplacian Eigenmaps for Dimensionality Reduction and Data Representation", Neural
    Computation 15 (2003): those of the largest eigenvalues of ``D^-1/2 P D^-1/2`` after the first, which is constant
    but for the degrees, divided by ``D^1/2``.

    Raises:
        ArithmeticError: the solver found no eigenvectors, or there are too few points to look for them.
    """
    if affinities.n_points < _MIN_GRAPH_POINTS:
        raise ArithmeticError(f"{affinities.n_points} points are too few for a start from their graph")
    matrix = scipy.sparse.csr_array((affinities.values, affinities.indices, affinities.indptr)).astype(np.float64)
    roots = np.sqrt(np.maximum(matrix.sum(axis=1), np.finfo(np.float64).tiny))
    scaling = scipy.sparse.diags_array(1.0 / roots)
    start = np.random.default_rng(seed).normal(size=affinities.n_points)
    try:
        values, vectors = scipy.sparse.linalg.eigsh(
            scaling @ matrix @ scaling, n_dims + 1, which="LA", v0=start, tol=_EIGENVALUE_TOLERANCE
        )
    except scipy.sparse.linalg.ArpackError as error:
        raise ArithmeticError("the eigenvectors of the graph were not found") from error
    wanted = np.argsort(-values)[1 : n_dims + 1]
    coordinates = vectors[:, wanted] / roots[:, np.newaxis]
    # The sign of an eigenvector is anybody's: the largest entry is made positive, so that starts repeat.
    largest = coordinates[np.argmax(np.abs(coordinates), axis=0), np.arange(n_dims)]
    return _made_small(coordinates * np.where(largest < 0, -1.0, 1.0), n_dims, seed)


def start_from_layout(layout: Float32Array) -> Float32Array:
    """Given coordinates as they are, around the origin, where float32 has the most digits."""
    centred: Float32Array = (layout - layout.mean(axis=0, dtype=np.float64)).astype(np.float32)
    return centred


def _made_small(coordinates: NDArray[np.floating], n_dims: int, seed: int) -> Float32Array:
    layout = np.random.default_rng(seed).normal(scale=_JITTER * INITIAL_STD, size=(len(coordinates), n_dims))
    std = float(coordinates[:, 0].std(dtype=np.float64))
    if std > 0:
        layout[:, : coordinates.shape[1]] += coordinates * (INITIAL_STD / std)
    return layout.astype(np.float32)
