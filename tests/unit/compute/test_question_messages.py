from __future__ import annotations

import math

import numpy as np
import pytest

from projector_chassis.errors import InvalidArgument
from projector_compute.core.quality import LayoutQuality, Score
from projector_compute.messages import encode_frame
from projector_compute.model import Failure, Frame, Notice
from projector_compute.question_messages import (
    decode_layout,
    decode_neighbors_query,
    decode_quality_query,
    encode_answer,
)
from projector_compute.questions import LayoutRef, MeasuredQuality, Neighbors, NeighborsQuery, QualityQuery
from projector_compute.specs import EmbeddingRef, Metric, Preprocessing
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId

EMBEDDING = job_pb2.EmbeddingRef(embedding_id="words", digest="d", n_points=10, n_dims=3)


def test_a_query_is_read() -> None:
    query = query_pb2.NeighborsQuery(
        embedding=EMBEDDING,
        rows=np.array([4, 1], "<u4").tobytes(),
        n_neighbors=2,
        metric=job_pb2.EUCLIDEAN,
        preprocessing=job_pb2.SPHERIZE,
        layout=query_pb2.LayoutRef(job_id="job1", sequence=7),
    )
    assert decode_neighbors_query(query.SerializeToString()) == NeighborsQuery(
        EmbeddingRef("words", "d", 10, 3),
        (4, 1),
        2,
        Metric.EUCLIDEAN,
        Preprocessing.SPHERIZE,
        LayoutRef(JobId("job1"), 7),
    )


def test_what_a_query_leaves_out_is_the_original_space() -> None:
    query = decode_neighbors_query(
        query_pb2.NeighborsQuery(embedding=EMBEDDING, metric=job_pb2.COSINE).SerializeToString()
    )
    assert (query.preprocessing, query.layout) == (Preprocessing.NONE, None)


def test_a_question_about_a_layout_is_read() -> None:
    query = query_pb2.QualityQuery(layout=query_pb2.LayoutRef(job_id="job1"), n_neighbors=15)
    assert decode_quality_query(query.SerializeToString()) == QualityQuery(LayoutRef(JobId("job1"), 0), 15)


def test_neighbors_are_told() -> None:
    found = Neighbors(
        np.array([[7, 1], [2, 3]], np.uint32),
        np.array([[0.5, 1.5], [0, 9]], np.float32),
        (Notice("rows", "Left out: 2 rows."),),
        sequence=4,
    )
    answer = query_pb2.QueryAnswer.FromString(encode_answer(found)).neighbors
    assert (answer.rows, answer.distances) == (found.rows.tobytes(), found.distances.tobytes())
    assert (answer.n_neighbors, answer.sequence, answer.notices[0].message) == (2, 4, "Left out: 2 rows.")


@pytest.mark.parametrize("correlation", [0.25, math.nan])
def test_scores_are_told(correlation: float) -> None:
    preservation = np.array([0.5, np.nan, 1], np.float32)
    quality = LayoutQuality(
        1, 2, Score(0.9, 0.01), Score(0.8, 0.02), Score(0.7, 0.03), Score(correlation, 0.04), preservation
    )
    answer = query_pb2.QueryAnswer.FromString(encode_answer(MeasuredQuality(4, quality))).quality
    assert (answer.sequence, answer.n_points, answer.n_neighbors, answer.n_sampled) == (4, 3, 1, 2)
    scores = (answer.trustworthiness, answer.continuity, answer.neighbor_preservation)
    assert [(score.value, score.standard_error) for score in scores] == [(0.9, 0.01), (0.8, 0.02), (0.7, 0.03)]
    assert answer.HasField("distance_rank_correlation") == (not math.isnan(correlation))
    np.testing.assert_array_equal(np.frombuffer(answer.preservation, "<f4"), preservation)


def test_a_failure_is_told() -> None:
    failed = encode_answer(Failure("not_found", "There is no embedding."))
    failure = query_pb2.QueryAnswer.FromString(failed).failure
    assert (failure.code, failure.message) == ("not_found", "There is no embedding.")


def test_a_published_layout_is_read_back() -> None:
    layout = np.array([[1, 2], [3, 4]], np.float32)
    np.testing.assert_array_equal(decode_layout(encode_frame(Frame(1, 5, 0.5, layout))), layout)
    codes = np.array([[0, 1], [2, 3]], np.uint16)
    quantised = decode_layout(encode_frame(Frame(1, 5, 0.5, codes, (0.5, 2.0), (-1.0, 10.0))))
    np.testing.assert_allclose(quantised, [[-1, 12], [0, 16]])
    assert quantised.dtype == np.float32


def test_a_layout_in_an_unknown_encoding_is_refused() -> None:
    frame = job_pb2.JobEvent(frame=job_pb2.Frame(n_points=1, n_dims=2))
    with pytest.raises(InvalidArgument, match="encoding"):
        decode_layout(frame.SerializeToString())
