from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.stores import InMemoryEmbeddings, InMemoryLayouts
from fakes.workshop import clusters
from projector_compute.measuring import QualityMeter
from projector_compute.model import Failure
from projector_compute.questions import LayoutRef, MeasuredQuality, QualityQuery
from projector_compute.specs import (
    EmbeddingRef,
    JobSpec,
    Metric,
    PcaParameters,
    Preprocessing,
    Projection,
    TsneParameters,
)
from projector_contracts.names import JobId

JOB = JobId("job-1")
PCA = PcaParameters(2)


def tsne(metric: Metric) -> TsneParameters:
    return TsneParameters(2, (30.0,), 0.0, 12.0, 250, 1000, metric)


def measured(
    points: NDArray[np.floating],
    layout: NDArray[np.floating],
    *,
    n_neighbors: int = 5,
    rows: list[int] | None = None,
    projection: Projection = PCA,
    preprocessing: Preprocessing = Preprocessing.NONE,
) -> MeasuredQuality | Failure:
    embeddings, layouts = InMemoryEmbeddings(), InMemoryLayouts()
    ref = embeddings.add("words", points)
    picked = None if rows is None else np.array(rows, np.uint32)
    layouts.add(JOB, JobSpec(ref, picked, 3, projection, preprocessing), layout)
    return QualityMeter(embeddings, layouts).answer(QualityQuery(LayoutRef(JOB, 0), n_neighbors))


def trust(outcome: MeasuredQuality | Failure) -> float:
    assert isinstance(outcome, MeasuredQuality), outcome
    return outcome.quality.trustworthiness.value


def test_a_layout_is_measured_against_the_rows_of_its_job() -> None:
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    rows = list(range(0, 60, 2))
    found = measured(points, points[rows], rows=rows)
    assert isinstance(found, MeasuredQuality)
    assert (found.sequence, found.notices) == (1, ())
    assert found.quality.preservation.shape == (30,)
    np.testing.assert_allclose(found.quality.preservation, 1.0)


@pytest.mark.parametrize("scale", [1e20, 1e-20])
def test_magnitude_plays_no_part(scale: float) -> None:
    points = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    assert trust(measured(points * np.float32(scale), points)) == pytest.approx(1.0)


def test_a_projection_by_direction_is_measured_by_direction() -> None:
    rng = np.random.default_rng(0)
    angle, length = rng.uniform(0, 6, 80), rng.uniform(1, 100, 80)
    layout = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = layout * length[:, np.newaxis]
    for metric in (Metric.COSINE, Metric.DOT_PRODUCT):
        assert trust(measured(points, layout, projection=tsne(metric))) == pytest.approx(1.0)
    assert trust(measured(points, layout, projection=tsne(Metric.EUCLIDEAN))) < 0.9


def test_the_space_is_the_one_after_the_preprocessing_of_the_job() -> None:
    points = np.random.default_rng(0).normal(size=(80, 2)).astype(np.float32)
    stretched = points * np.array([1, 1000], np.float32) + 77
    assert trust(measured(stretched, points, preprocessing=Preprocessing.Z_SCORE)) > 0.99
    assert trust(measured(stretched, points)) < 0.95


def test_rows_that_are_not_finite_are_left_out_and_counted() -> None:
    points = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    layout = points.copy()
    points[7], layout[9] = np.nan, np.inf
    found = measured(points, layout)
    assert isinstance(found, MeasuredQuality)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(found.quality.preservation)), [7, 9])
    (notice,) = found.notices
    assert notice.message == "2 rows with NaN or infinite values were left out."


def test_what_cannot_be_measured_says_why() -> None:
    few = measured(clusters(2), clusters(2))
    none = measured(clusters(9), clusters(9), n_neighbors=0)
    many = measured(clusters(9), clusters(9), n_neighbors=201)
    for failure, words in ((few, "3 finite rows up; this one has 2"), (none, "1 to 200"), (many, "201")):
        assert isinstance(failure, Failure)
        assert (failure.code, words in failure.message) == ("invalid_argument", True)


def test_a_job_that_is_not_known_is_not_found() -> None:
    outcome = QualityMeter(InMemoryEmbeddings(), InMemoryLayouts()).answer(QualityQuery(LayoutRef(JOB, 0), 5))
    assert isinstance(outcome, Failure)
    assert outcome.code == "not_found"


def test_an_embedding_that_is_gone_is_told() -> None:
    layouts = InMemoryLayouts()
    layouts.add(JOB, JobSpec(EmbeddingRef("birds", "x", 9, 3), None, 0, PCA), clusters(9))
    outcome = QualityMeter(InMemoryEmbeddings(), layouts).answer(QualityQuery(LayoutRef(JOB, 0), 5))
    assert outcome == Failure("not_found", "There is no embedding birds.")


def test_what_nobody_waits_for_any_more_is_given_up() -> None:
    embeddings, layouts = InMemoryEmbeddings(), InMemoryLayouts()
    layouts.add(JOB, JobSpec(embeddings.add("words", clusters(9)), None, 0, PCA), clusters(9))
    hours = itertools.count(0, 3600)
    meter = QualityMeter(embeddings, layouts, monotonic=lambda: float(next(hours)))
    outcome = meter.answer(QualityQuery(LayoutRef(JOB, 0), 5))
    assert isinstance(outcome, Failure)
    assert outcome.code == "deadline"
