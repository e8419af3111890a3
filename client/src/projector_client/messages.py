"""Protobuf messages as the values of ``model``, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Literal

import numpy as np
from google.protobuf.message import Message
from numpy.typing import ArrayLike, NDArray

from projector_client.errors import InvalidArgument, ProjectorError
from projector_client.model import (
    Column,
    ColumnType,
    Embedding,
    EmbeddingSummary,
    Frame,
    JobState,
    Metric,
    Phase,
    Problem,
    Run,
)
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.loader.v1 import loader_pb2

_METRICS: dict[Metric, job_pb2.Metric.ValueType] = {"cosine": job_pb2.COSINE, "euclidean": job_pb2.EUCLIDEAN}
_PHASES: dict[int, Phase] = {
    job_pb2.QUEUED: "queued",
    job_pb2.LOADING: "loading",
    job_pb2.NEIGHBORS: "neighbors",
    job_pb2.AFFINITIES: "affinities",
    job_pb2.RUNNING: "running",
    job_pb2.PAUSED: "paused",
    job_pb2.FINISHED: "finished",
    job_pb2.STOPPED: "stopped",
    job_pb2.FAILED: "failed",
}
_SEVERITIES: dict[int, Literal["notice", "warning"]] = {
    problem_pb2.Problem.NOTICE: "notice",
    problem_pb2.Problem.WARNING: "warning",
}
_COLUMN_TYPES: dict[int, ColumnType] = {
    loader_pb2.INTEGER: "integer",
    loader_pb2.NUMBER: "number",
    loader_pb2.DATE_TIME: "date_time",
    loader_pb2.BOOLEAN: "boolean",
    loader_pb2.CATEGORY: "category",
    loader_pb2.TEXT: "text",
}


def run(message: loader_pb2.Run) -> Run:
    """A run with its embeddings."""
    return Run(
        id=message.id,
        name=message.name,
        embeddings=tuple(embedding_summary(each) for each in message.embeddings),
        problems=_problems(message.problems),
        is_upload=message.is_upload,
    )


def embedding_summary(message: loader_pb2.EmbeddingSummary) -> EmbeddingSummary:
    """What a run tells of one of its embeddings."""
    return EmbeddingSummary(
        id=message.id,
        run_id=message.run_id,
        tensor_name=message.tensor_name,
        display_name=message.display_name,
        step=message.step if message.HasField("step") else None,
        n_points=message.n_points,
        n_dims=message.n_dims,
    )


def embedding(message: loader_pb2.Embedding) -> Embedding:
    """Everything known of one embedding."""
    summary = embedding_summary(message.summary)
    return Embedding(
        **vars(summary),
        run_name=message.run_name,
        dtype=message.dtype,
        digest=message.digest,
        columns=tuple(
            Column(each.name, _COLUMN_TYPES[each.type], each.n_unique, each.n_missing) for each in message.columns
        ),
        problems=_problems(message.problems),
    )


def metric(name: Metric) -> job_pb2.Metric.ValueType:
    """The number of a metric; raises ``InvalidArgument`` for an unknown one."""
    if name not in _METRICS:
        raise InvalidArgument(f"metric is {name!r}; allowed are {', '.join(_METRICS)}.")
    return _METRICS[name]


def fill(message: Message, **fields: object) -> None:
    """Set fields of a message by their names; raises ``InvalidArgument`` for a value that one cannot hold."""
    for name, value in fields.items():
        try:
            setattr(message, name, value)
        except (TypeError, ValueError) as error:
            raise InvalidArgument(f"{name} is {value!r}, which does not fit: {error}.") from error


def pack_rows(rows: ArrayLike | None) -> bytes:
    """Row indices as uint32 little-endian; empty for all rows.

    Raises:
        InvalidArgument: the rows are not whole numbers from 0 below 2**32 in strictly ascending order.
    """
    if rows is None:
        return b""
    indices = np.asarray(rows)
    if indices.ndim != 1 or indices.size == 0 or not np.issubdtype(indices.dtype, np.integer):
        raise InvalidArgument("rows must be a non-empty sequence of whole numbers; leave it out to take all rows.")
    if indices[0] < 0 or indices[-1] >= 2**32 or not np.all(indices[1:] > indices[:-1]):
        raise InvalidArgument("rows must be strictly ascending indices from 0.")
    return indices.astype("<u4").tobytes()


def frame(message: job_pb2.Frame) -> Frame:
    """A frame whose layout is float32, however it travelled."""
    return Frame(message.sequence, message.step, message.loss, _layout(message))


def state(message: job_pb2.JobState) -> JobState:
    """A job's state."""
    failure = (message.failure.code, message.failure.message) if message.HasField("failure") else None
    return JobState(
        phase=_PHASES[message.phase],
        progress=message.progress,
        step=message.step,
        sequence=message.sequence,
        n_points=message.n_points,
        created_at=message.created_at.ToDatetime(tzinfo=UTC),
        failure=failure,
        notices=_problems(message.notices),
        explained_variance_ratio=tuple(message.pca.explained_variance_ratio) if message.HasField("pca") else None,
    )


def _layout(message: job_pb2.Frame) -> NDArray[np.float32]:
    shape = (message.n_points, message.n_dims)
    match message.encoding:
        case job_pb2.FLOAT32:
            layout = np.frombuffer(message.layout, "<f4").reshape(shape).astype(np.float32)
        case job_pb2.UINT16:
            codes = np.frombuffer(message.layout, "<u2").reshape(shape)
            layout = (np.array(message.offset) + np.array(message.scale) * codes).astype(np.float32)
        case unknown:
            raise ProjectorError(f"A frame came in encoding {unknown}, which this client is too old to read.")
    layout.flags.writeable = False
    return layout


def _problems(problems: Sequence[problem_pb2.Problem]) -> tuple[Problem, ...]:
    return tuple(Problem(_SEVERITIES.get(each.severity, "error"), each.subject, each.message) for each in problems)
