"""Affinities against scikit-learn's, which come from the same neighbors by a search of its own."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from sklearn.datasets import load_digits
from sklearn.manifold import _t_sne
from sklearn.neighbors import NearestNeighbors

from projector_compute.core.neighbors import nearest_neighbors
from projector_compute.core.preprocess import unit_scale
from projector_compute.core.tsne.affinities import joint_affinities, neighbors_needed


@pytest.mark.parametrize("perplexity", [5.0, 30.0, 100.0])
def test_affinities_are_those_of_scikit_learn(perplexity: float) -> None:
    pixels = load_digits().data[:400]
    pixels += np.random.default_rng(0).normal(scale=0.1, size=pixels.shape)  # whole pixels have neighbors in a tie
    points = unit_scale(pixels.astype(np.float32))
    n_neighbors = neighbors_needed(perplexity, len(points))
    affinities = joint_affinities(nearest_neighbors(points, n_neighbors), perplexity)
    ours = scipy.sparse.csr_array((affinities.values, affinities.indices, affinities.indptr)).toarray()

    search = NearestNeighbors(n_neighbors=n_neighbors, algorithm="brute").fit(points)
    distances = search.kneighbors_graph(mode="distance")
    distances.data **= 2
    theirs = _t_sne._joint_probabilities_nn(distances, perplexity, 0).toarray()
    # Its bandwidths are right to 1e-5 nats of the entropy.
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * theirs.max())
