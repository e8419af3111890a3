"""Questions and answers <-> protobuf, nothing else."""

from __future__ import annotations

import math

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.quality import Score
from projector_compute.messages import decode_embedding, decode_preprocessing
from projector_compute.model import Failure, Notice
from projector_compute.projection_messages import decode_metric
from projector_compute.questions import (
    Answer,
    LayoutRef,
    MeasuredQuality,
    Neighbors,
    NeighborsQuery,
    QualityQuery,
)
from projector_compute.specs import Float32Array
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_contracts.names import JobId


def decode_neighbors_query(content: bytes) -> NeighborsQuery:
    """Raises ``InvalidArgument`` for a metric or a preprocessing that is unknown."""
    message = query_pb2.NeighborsQuery.FromString(content)
    return NeighborsQuery(
        decode_embedding(message.embedding),
        tuple(np.frombuffer(message.rows, "<u4").tolist()),
        message.n_neighbors,
        decode_metric(message.metric),
        decode_preprocessing(message.preprocessing),
        _layout(message.layout) if message.HasField("layout") else None,
    )


def decode_quality_query(content: bytes) -> QualityQuery:
    message = query_pb2.QualityQuery.FromString(content)
    return QualityQuery(_layout(message.layout), message.n_neighbors)


def _layout(message: query_pb2.LayoutRef) -> LayoutRef:
    return LayoutRef(JobId(message.job_id), message.sequence)


def decode_layout(content: bytes) -> Float32Array:
    """The layout of a serialised JobEvent with a frame, float32 ``(n_points, n_dims)``, read-only."""
    frame = job_pb2.JobEvent.FromString(content).frame
    shape = (frame.n_points, frame.n_dims)
    match frame.encoding:
        case job_pb2.FLOAT32:
            layout = np.frombuffer(frame.layout, "<f4").astype(np.float32, copy=False).reshape(shape)
        case job_pb2.UINT16:
            codes = np.frombuffer(frame.layout, "<u2").reshape(shape)
            layout = (np.array(frame.offset) + np.array(frame.scale) * codes).astype(np.float32)
        case unknown:
            raise InvalidArgument(f"The frame is in encoding {unknown}, which this worker is too old to read.")
    layout.setflags(write=False)
    return layout


def encode_answer(outcome: Answer) -> bytes:
    """The serialised QueryAnswer."""
    match outcome:
        case Failure():
            failure = problem_pb2.Failure(code=outcome.code, message=outcome.message)
            answer = query_pb2.QueryAnswer(failure=failure)
        case Neighbors():
            answer = query_pb2.QueryAnswer(neighbors=_neighbors(outcome))
        case MeasuredQuality():
            answer = query_pb2.QueryAnswer(quality=_quality(outcome))
    return answer.SerializeToString()


def _neighbors(outcome: Neighbors) -> query_pb2.Neighbors:
    return query_pb2.Neighbors(
        rows=outcome.rows.astype("<u4", copy=False).tobytes(),
        distances=outcome.distances.astype("<f4", copy=False).tobytes(),
        n_neighbors=outcome.rows.shape[1],
        sequence=outcome.sequence,
        notices=_notices(outcome.notices),
    )


def _quality(outcome: MeasuredQuality) -> query_pb2.Quality:
    quality = outcome.quality
    correlation = quality.distance_rank_correlation
    return query_pb2.Quality(
        sequence=outcome.sequence,
        n_points=len(quality.preservation),
        n_neighbors=quality.n_neighbors,
        n_sampled=quality.n_sampled,
        trustworthiness=_score(quality.trustworthiness),
        continuity=_score(quality.continuity),
        neighbor_preservation=_score(quality.neighbor_preservation),
        distance_rank_correlation=None if math.isnan(correlation.value) else _score(correlation),
        preservation=quality.preservation.astype("<f4", copy=False).tobytes(),
        notices=_notices(outcome.notices),
    )


def _score(score: Score) -> query_pb2.Score:
    return query_pb2.Score(value=score.value, standard_error=score.standard_error)


def _notices(notices: tuple[Notice, ...]) -> list[problem_pb2.Problem]:
    return [
        problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject=notice.subject, message=notice.message)
        for notice in notices
    ]
