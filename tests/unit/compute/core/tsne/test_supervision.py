from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray
from unit.compute.core.tsne.layouts import random_affinities

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.supervision import IGNORED, OWN, supervised

N_POINTS = 30


def dense(affinities: Affinities) -> NDArray[np.float64]:
    matrix = scipy.sparse.csr_array((affinities.values, affinities.indices, affinities.indptr))
    return np.asarray(matrix.toarray(), np.float64)


def by_the_book(matrix: NDArray[np.float64], labels: NDArray[np.int32], weight: float) -> NDArray[np.float64]:
    """Pair by pair as TensorBoard's rules say, the factors of both points averaged."""
    n_points = len(labels)
    factors = np.empty_like(matrix)
    for i in range(n_points):
        same = np.count_nonzero(labels == labels[i]) if labels[i] >= 0 else 1
        other = n_points - same - np.count_nonzero(labels == IGNORED)
        for j in range(n_points):
            if IGNORED in (labels[i], labels[j]):
                factors[i, j] = 1 / n_points
            elif labels[i] == labels[j] and labels[i] != OWN:
                factors[i, j] = min(1 / n_points + weight / same, 1 - 1e-7)
            else:
                factors[i, j] = max(1 / n_points - weight / (other or 1), 1e-7)
    weighted = matrix * 0.5 * (factors + factors.T)
    return np.asarray(weighted / weighted.sum())


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("labels", ["two", "ignored", "own", "one"])
def test_pairs_are_weighted_by_their_labels(labels: str, weight: float) -> None:
    affinities, _ = random_affinities(N_POINTS, 0.5)
    codes = (np.arange(N_POINTS) % 3 == 0).astype(np.int32)
    if labels == "ignored":
        codes[5:12] = IGNORED
    elif labels == "own":
        codes[5:12] = OWN
    elif labels == "one":
        codes[:] = 4
    changed = supervised(affinities, codes, weight)
    np.testing.assert_allclose(dense(changed), by_the_book(dense(affinities), codes, weight), rtol=1e-5, atol=1e-12)
    np.testing.assert_array_equal(dense(changed), dense(changed).T)
    assert changed.values.sum(dtype=np.float64) == pytest.approx(1.0, abs=1e-6)
    assert (changed.values > 0).all()


def test_weight_0_changes_nothing() -> None:
    affinities, _ = random_affinities(N_POINTS, 0.5)
    assert supervised(affinities, np.zeros(N_POINTS, np.int32), 0.0) is affinities


def test_all_ignored_is_as_if_there_were_no_labels() -> None:
    affinities, _ = random_affinities(N_POINTS, 0.5)
    changed = supervised(affinities, np.full(N_POINTS, IGNORED, np.int32), 1.0)
    np.testing.assert_allclose(changed.values, affinities.values, rtol=1e-6)


def test_a_point_without_partners_has_none_afterwards() -> None:
    nothing = Affinities(np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    assert len(supervised(nothing, np.zeros(1, np.int32), 1.0).values) == 0
