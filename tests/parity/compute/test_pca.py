"""PCA against a singular value decomposition in float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from projector_compute.core import pca
from projector_compute.core.pca import principal_components

N_COMPONENTS = 10


@dataclass(frozen=True)
class Reference:
    """All components.

    Attributes:
        scores: ``(n_points, n_components)``, signs as ``principal_components`` chooses them.
        ratios: ``(n_components,)``, of the total variance.
    """

    scores: NDArray[np.float64]
    ratios: NDArray[np.float64]


def by_svd(points: NDArray[np.float32]) -> Reference:
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    left, singular, loadings = np.linalg.svd(centred, full_matrices=False)
    largest = np.abs(loadings).argmax(axis=1)
    signs = np.sign(loadings[np.arange(len(loadings)), largest])
    return Reference(left * singular * signs, singular**2 / (singular**2).sum())


def normal(n_points: int, n_dims: int, *, factor: float = 1.0, offset: float = 0.0) -> NDArray[np.float32]:
    """Columns of falling spread, so that no two components are alike."""
    spreads = 0.8 ** np.arange(n_dims)
    points = np.random.default_rng(0).normal(size=(n_points, n_dims)) * spreads
    return np.asarray((points + offset) * factor, np.float32)


CASES = {
    "digits": np.asarray(load_digits().data, np.float32),
    "more rows than columns": normal(700, 20),
    "fewer rows than columns": normal(20, 700),
    "as many rows as columns": normal(30, 30),
    "several blocks of rows": normal(60_000, 40),
    "several blocks of columns": normal(100, 22_000),
    "one column": normal(50, 1),
    "two columns": normal(50, 2),
    "two rows": normal(2, 30),
    "three rows": normal(3, 30),
    "a large common offset": normal(500, 20, offset=1e4),
    "a large common offset, few rows": normal(20, 500, offset=1e4),
    "huge values": normal(500, 20, factor=1e20),
    "huge values, few rows": normal(20, 500, factor=1e20),
    "the largest values": normal(500, 20, factor=6e37),
    "tiny values": normal(500, 20, factor=1e-20),
    "tiny values, few rows": normal(20, 500, factor=1e-20),
    "values without all their digits": normal(500, 20, factor=1e-40),
    "a constant column": np.hstack([np.full((200, 1), 7.0, np.float32), normal(200, 3)]),
}


@pytest.mark.parametrize("points", CASES.values(), ids=CASES.keys())
def test_scores_and_variances_are_those_of_the_decomposition(points: NDArray[np.float32]) -> None:
    reference = by_svd(points)
    principal = principal_components(points, N_COMPONENTS)
    n_components = min(N_COMPONENTS, *points.shape)
    # Squares of 24 bits in sums of many: measured 1e-7 on all cases.
    np.testing.assert_allclose(principal.explained_variance_ratio, reference.ratios[:n_components], rtol=0, atol=5e-7)
    size = np.abs(reference.scores).max()
    expected = reference.scores[:, :n_components] / size
    # A component turns by the products' rounding over its distance to the next variance: measured 2e-5.
    np.testing.assert_allclose(principal.scores / size, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("points", [normal(400, 6), normal(6, 400)], ids=["rows", "columns"])
def test_turned_data_have_the_same_components(points: NDArray[np.float32]) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(points.shape[1],) * 2))
    turned = np.asarray(points @ turn, np.float32)
    scores, turned_scores = (principal_components(each, 3).scores for each in (points, turned))
    signs = np.sign((scores * turned_scores).sum(axis=0))
    np.testing.assert_allclose(turned_scores * signs, scores, atol=1e-4 * np.abs(scores).max())


@pytest.mark.parametrize("offset", [0.0, 5.0])
def test_uncentred_is_what_tensorboard_computes(offset: float) -> None:
    """Eigenvectors of the second moment about the origin, scores ``x . u``, fractions of the sum of eigenvalues."""
    points = normal(500, 30, offset=offset)
    wide = points.astype(np.float64)
    values, vectors = np.linalg.eigh(wide.T @ wide / len(wide))
    principal = principal_components(points, N_COMPONENTS, uncentred=True)
    expected = values[::-1][:N_COMPONENTS] / values.sum()
    np.testing.assert_allclose(principal.explained_variance_ratio, expected, atol=1e-7)
    scores = wide @ vectors[:, ::-1][:, :N_COMPONENTS]
    signs = np.sign((scores * principal.scores).sum(axis=0))
    np.testing.assert_allclose(principal.scores, scores * signs, atol=2e-4 * np.abs(scores).max())
    wide_few = normal(20, 50, offset=offset).astype(np.float64)  # by the other matrix of products
    few = principal_components(wide_few.astype(np.float32), 3, uncentred=True)
    values = np.linalg.eigvalsh(wide_few @ wide_few.T)[::-1]
    np.testing.assert_allclose(few.explained_variance_ratio, values[:3] / values.sum(), rtol=1e-5)


def test_the_randomised_solver_finds_the_leading_components(monkeypatch: pytest.MonkeyPatch) -> None:
    points = normal(900, 120, offset=3.0)
    exact = principal_components(points, N_COMPONENTS)
    monkeypatch.setattr(pca, "_MOST_EXACT_DIMS", 100)
    monkeypatch.setattr(pca, "_MOST_EXACT_POINTS", 100)
    for uncentred in (False, True):
        expected = exact if not uncentred else by_moment(points)
        found = principal_components(points, N_COMPONENTS, uncentred=uncentred)
        assert found.is_approximate
        np.testing.assert_allclose(found.explained_variance_ratio, expected.explained_variance_ratio, rtol=1e-4)
        np.testing.assert_allclose(found.scores, expected.scores, atol=1e-2 * float(np.abs(expected.scores).max()))
    assert not exact.is_approximate
    again = principal_components(points, N_COMPONENTS, uncentred=True)
    np.testing.assert_array_equal(again.scores, found.scores)


def by_moment(points: NDArray[np.float32]) -> pca.Principal:
    wide = points.astype(np.float64)
    values, vectors = np.linalg.eigh(wide.T @ wide)
    leading = vectors[:, ::-1][:, :N_COMPONENTS]
    largest = np.abs(leading).argmax(axis=0)
    leading = leading * np.sign(leading[largest, np.arange(N_COMPONENTS)])
    return pca.Principal((wide @ leading).astype(np.float32), values[::-1][:N_COMPONENTS] / values.sum())


def test_a_few_rows_far_larger_than_a_sample_shows_do_no_harm() -> None:
    points = normal(5000, 6)
    points[3] *= np.float32(1e25)
    ratios = principal_components(points, 2).explained_variance_ratio
    assert ratios[0] == pytest.approx(1.0, abs=1e-6)
