"""Protobuf messages as the values of ``model``, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, Literal, TypeVar

import numpy as np
from google.protobuf.message import Message
from numpy.typing import ArrayLike, NDArray

from projector_client.errors import InvalidArgument, ProjectorError
from projector_client.model import (
    AppliedControl,
    Axis,
    Column,
    ColumnType,
    CustomAxis,
    Embedding,
    EmbeddingSummary,
    Frame,
    FrameRef,
    History,
    Initialisation,
    JobState,
    Metric,
    Person,
    Phase,
    PhaseTime,
    Preprocessing,
    Problem,
    Run,
    Supervision,
)
from projector_contracts.common.v1 import person_pb2, problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.loader.v1 import loader_pb2

_Name = TypeVar("_Name", bound=str)
_Enum = TypeVar("_Enum", bound=int)
_Number = TypeVar("_Number", int, float)

_METRICS: dict[Metric, job_pb2.Metric.ValueType] = {
    "cosine": job_pb2.COSINE,
    "euclidean": job_pb2.EUCLIDEAN,
    "dot_product": job_pb2.DOT_PRODUCT,
}
_PREPROCESSINGS: dict[Preprocessing, job_pb2.Preprocessing.ValueType] = {
    "none": job_pb2.NONE,
    "spherize": job_pb2.SPHERIZE,
    "z_score": job_pb2.Z_SCORE,
}
_INITIALISATIONS: dict[Initialisation, job_pb2.Initialisation.ValueType] = {
    "pca_scaled": job_pb2.PCA_SCALED,
    "random": job_pb2.RANDOM,
    "spectral": job_pb2.SPECTRAL,
    "given": job_pb2.GIVEN,
}
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
        problems=problems(message.problems),
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
        problems=problems(message.problems),
    )


def metric(name: Metric) -> job_pb2.Metric.ValueType:
    """The number of a metric; raises ``InvalidArgument`` for an unknown one."""
    return _number("metric", name, _METRICS)


def preprocessing(name: Preprocessing) -> job_pb2.Preprocessing.ValueType:
    """The number of a preprocessing; raises ``InvalidArgument`` for an unknown one."""
    return _number("preprocessing", name, _PREPROCESSINGS)


def initialisation(name: Initialisation) -> job_pb2.Initialisation.ValueType:
    """The number of an initialisation; raises ``InvalidArgument`` for an unknown one."""
    return _number("initialisation", name, _INITIALISATIONS)


def _number(field: str, name: _Name, numbers: Mapping[_Name, _Enum]) -> _Enum:
    if name not in numbers:
        raise InvalidArgument(f"{field} is {name!r}; allowed are {', '.join(map(str, numbers))}.")
    return numbers[name]


def fill(message: Message, **fields: object) -> None:
    """Set fields of a message by their names; raises ``InvalidArgument`` for a value that one cannot hold."""
    for name, value in fields.items():
        try:
            setattr(message, name, value)
        except (TypeError, ValueError) as error:
            raise InvalidArgument(f"{name} is {value!r}, which does not fit: {error}.") from error


def fill_parameters(message: job_pb2.TsneParameters | job_pb2.UmapParameters, given: Mapping[str, Any]) -> None:
    """Set parameters by the names that ``Projector.tsne`` and ``Projector.umap`` have for them.

    Raises:
        InvalidArgument: one is unknown, or its value does not fit.
    """
    known = set(message.DESCRIPTOR.fields_by_name) - {"initialisation", "initial_layout"}
    for name, value in given.items():
        if name not in known:
            raise InvalidArgument(f"{name} is no parameter of a fork; allowed are {', '.join(sorted(known))}.")
        if name == "perplexity" and isinstance(message, job_pb2.TsneParameters):
            extend(message.perplexity, name, np.atleast_1d(value).tolist())
        elif name == "supervision":
            message.supervision.CopyFrom(supervision(value))
        else:
            fill(message, **{name: metric(value) if name == "metric" else value})


def extend(values: MutableSequence[_Number], name: str, given: Sequence[_Number]) -> None:
    """Fill a repeated field; raises ``InvalidArgument`` for a value that it cannot hold."""
    try:
        values.extend(given)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(f"{name} is {given!r}, which does not fit: {error}.") from error


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


def pack_layout(layout: ArrayLike | None) -> bytes:
    """Coordinates as float32 little-endian; empty for none."""
    return b"" if layout is None else np.asarray(layout, np.float32).astype("<f4").tobytes()


def custom_axis(axis: CustomAxis) -> job_pb2.CustomAxis:
    """An axis of a custom projection; raises ``InvalidArgument`` for what are no rows."""
    return job_pb2.CustomAxis(
        from_rows=_pack_side(axis.start.rows),
        to_rows=_pack_side(axis.end.rows),
        from_label=axis.start.label,
        to_label=axis.end.label,
    )


def supervision(given: Supervision) -> job_pb2.Supervision:
    """A supervision; raises ``InvalidArgument`` for labels that are no whole numbers."""
    labels = b""
    if given.labels is not None:
        codes = np.asarray(given.labels)
        if codes.ndim != 1 or not np.issubdtype(codes.dtype, np.integer):
            raise InvalidArgument("labels must be one whole number a row of the job; name a column for anything else.")
        labels = codes.astype("<i4").tobytes()
    message = job_pb2.Supervision(labels=labels, column=given.column, ignored_label=given.ignored_label or "")
    fill(message, weight=given.weight)
    return message


def _pack_side(rows: ArrayLike) -> bytes:
    indices = np.unique(np.asarray(rows))
    return pack_rows(indices) if indices.size else b""


def frame(message: job_pb2.Frame) -> Frame:
    """A frame whose layout is float32, however it travelled."""
    return Frame(message.sequence, message.step, message.loss, _layout(message))


def history(message: job_pb2.JobHistory) -> History:
    """A job's past."""
    return History(
        np.frombuffer(message.sequences, "<u8"),
        np.frombuffer(message.steps, "<u4"),
        np.frombuffer(message.losses, "<f8"),
        np.frombuffer(message.kept, np.uint8) != 0,
    )


def forked_from(message: job_pb2.JobSpec) -> FrameRef | None:
    """The frame from whose layout a job started."""
    if not message.HasField("forked_from"):
        return None
    origin = message.forked_from
    return FrameRef(origin.job_id, origin.sequence, origin.step)


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
        started_by=_person(message.started_by) if message.HasField("started_by") else None,
        queue_place=message.queue_place or None,
        remaining_seconds=message.remaining_seconds if message.HasField("remaining_seconds") else None,
        interruption=message.interruption or None,
        times=tuple(PhaseTime(_PHASES[each.phase], each.seconds) for each in message.times),
        failure=failure,
        notices=problems(message.notices),
        controls=tuple(_applied(each) for each in message.controls),
        explained_variance_ratio=tuple(message.pca.explained_variance_ratio) if message.HasField("pca") else None,
        is_approximate=message.pca.is_approximate if message.HasField("pca") else None,
        axes=_axes(message.custom) if message.HasField("custom") else None,
    )


def _applied(message: job_pb2.AppliedControl) -> AppliedControl:
    control = message.control
    told = AppliedControl(
        message.step,
        control.WhichOneof("action") or "unknown",
        by=_person(control.by) if control.HasField("by") else None,
        at=control.at.ToDatetime(tzinfo=UTC) if control.HasField("at") else None,
    )
    match control.WhichOneof("action"):
        case "set_learning_rate":
            return replace(told, learning_rate=control.set_learning_rate.learning_rate)
        case "set_exaggeration":
            return replace(told, exaggeration=control.set_exaggeration.exaggeration)
        case "supervise":
            given = control.supervise.supervision
            return replace(told, supervision=Supervision(given.weight, given.column, given.ignored_label or None))
        case _:
            return told


def _person(message: person_pb2.Person) -> Person:
    return Person(message.id, message.name)


def _axes(message: job_pb2.CustomResult) -> tuple[Axis, ...]:
    return tuple(Axis(axis.n_from, axis.n_to, axis.length) for axis in message.axes)


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


def problems(listed: Sequence[problem_pb2.Problem]) -> tuple[Problem, ...]:
    """Remarks about what was loaded or computed."""
    return tuple(Problem(_SEVERITIES.get(each.severity, "error"), each.subject, each.message) for each in listed)
