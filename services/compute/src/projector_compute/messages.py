"""Domain values <-> protobuf, nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from numpy.typing import NDArray

from projector_chassis.errors import Internal, InvalidArgument
from projector_compute.control_messages import read_entry, read_person, tell_entry, write_person
from projector_compute.controls import AppliedControl
from projector_compute.model import (
    AxisResult,
    CustomResult,
    Failure,
    Frame,
    JobState,
    Notice,
    PcaResult,
    Phase,
    PhaseTime,
)
from projector_compute.projection_messages import decode_projection
from projector_compute.specs import EmbeddingRef, Float32Array, JobSpec, Preprocessing
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId

_PREPROCESSINGS: dict[int, Preprocessing] = {
    job_pb2.PREPROCESSING_UNSPECIFIED: Preprocessing.NONE,
    **{job_pb2.Preprocessing.Value(each.name): each for each in Preprocessing},
}


def decode_spec(content: bytes) -> JobSpec:
    """The JobSpec of a job.

    Raises:
        Internal: the bytes are no JobSpec.
        InvalidArgument: rows, metric or method cannot be used.
    """
    try:
        message = job_pb2.JobSpec.FromString(content)
    except DecodeError as error:
        raise Internal("The job's specification cannot be read.") from error
    embedding = decode_embedding(message.embedding)
    rows = _rows(message.rows, embedding.n_points)
    n_rows = embedding.n_points if rows is None else len(rows)
    projection = decode_projection(message, embedding, n_rows=n_rows)
    return JobSpec(embedding, rows, message.seed, projection, decode_preprocessing(message.preprocessing))


def decode_embedding(message: job_pb2.EmbeddingRef) -> EmbeddingRef:
    """Which embedding is meant."""
    return EmbeddingRef(message.embedding_id, message.digest, message.n_points, message.n_dims)


def _rows(content: bytes, n_points: int) -> NDArray[np.uint32] | None:
    if not content:
        return None
    if len(content) % 4:
        raise InvalidArgument(f"rows holds {len(content)} bytes; it must hold whole 4-byte indices.")
    rows = np.frombuffer(content, "<u4").astype(np.uint32)
    if not np.all(rows[1:] > rows[:-1]) or rows[-1] >= n_points:
        raise InvalidArgument(f"rows must be strictly ascending and below {n_points}, the embedding's number of rows.")
    return rows


def decode_preprocessing(value: int) -> Preprocessing:
    """A preprocessing; raises ``InvalidArgument`` for an unknown one."""
    if value not in _PREPROCESSINGS:
        raise InvalidArgument(f"preprocessing {value} is unknown to this worker; none, spherize and z_score are known.")
    return _PREPROCESSINGS[value]


def decode_state(content: bytes) -> JobState:
    message = job_pb2.JobState.FromString(content)
    return JobState(
        job_id=JobId(message.job_id),
        phase=_phase(message.phase),
        created_at=message.created_at.ToDatetime(UTC),
        updated_at=message.updated_at.ToDatetime(UTC),
        progress=message.progress,
        step=message.step,
        sequence=message.sequence,
        n_points=message.n_points,
        failure=Failure(message.failure.code, message.failure.message) if message.HasField("failure") else None,
        notices=tuple(Notice(notice.subject, notice.message) for notice in message.notices),
        controls=tuple(
            AppliedControl(applied.step, read_entry(applied.entry, applied.control)) for applied in message.controls
        ),
        result=_result(message),
        started_by=read_person(message.started_by) if message.HasField("started_by") else None,
        queue_place=message.queue_place,
        remaining_seconds=message.remaining_seconds if message.HasField("remaining_seconds") else None,
        interruption=message.interruption,
        times=tuple(PhaseTime(_phase(time.phase), time.seconds) for time in message.times),
        phase_began_at=message.phase_began_at.ToDatetime(UTC) if message.HasField("phase_began_at") else None,
        phase_began_progress=message.phase_began_progress,
    )


def _phase(number: job_pb2.Phase.ValueType) -> Phase:
    return Phase(job_pb2.Phase.Name(number).lower())


def _result(message: job_pb2.JobState) -> PcaResult | CustomResult | None:
    match message.WhichOneof("result"):
        case "pca":
            return PcaResult(tuple(message.pca.explained_variance_ratio), message.pca.is_approximate)
        case "custom":
            return CustomResult(tuple(AxisResult(axis.n_from, axis.n_to, axis.length) for axis in message.custom.axes))
        case _:
            return None


def encode_state(state: JobState) -> bytes:
    message = job_pb2.JobState(
        job_id=state.job_id,
        phase=_number(state.phase),
        progress=state.progress,
        step=state.step,
        sequence=state.sequence,
        n_points=state.n_points,
        created_at=_timestamp(state.created_at),
        updated_at=_timestamp(state.updated_at),
        notices=[
            problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject=notice.subject, message=notice.message)
            for notice in state.notices
        ],
        controls=[
            job_pb2.AppliedControl(step=applied.step, control=tell_entry(applied.entry), entry=applied.entry.cursor)
            for applied in state.controls
        ],
        started_by=None if state.started_by is None else write_person(state.started_by),
        queue_place=state.queue_place,
        remaining_seconds=state.remaining_seconds,
        interruption=state.interruption,
        times=[job_pb2.PhaseTime(phase=_number(time.phase), seconds=time.seconds) for time in state.times],
        phase_began_at=None if state.phase_began_at is None else _timestamp(state.phase_began_at),
        phase_began_progress=state.phase_began_progress,
    )
    if state.failure is not None:
        message.failure.CopyFrom(problem_pb2.Failure(code=state.failure.code, message=state.failure.message))
    match state.result:
        case PcaResult(ratios, is_approximate):
            pca = job_pb2.PcaResult(explained_variance_ratio=ratios, is_approximate=is_approximate)
            message.pca.CopyFrom(pca)
        case CustomResult(axes):
            told = [job_pb2.AxisResult(n_from=axis.n_from, n_to=axis.n_to, length=axis.length) for axis in axes]
            message.custom.CopyFrom(job_pb2.CustomResult(axes=told))
    return message.SerializeToString()


def _number(phase: Phase) -> job_pb2.Phase.ValueType:
    return job_pb2.Phase.Value(phase.name)


def _timestamp(moment: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def encode_frame(frame: Frame) -> bytes:
    """A JobEvent with this frame."""
    n_points, n_dims = frame.layout.shape
    is_float = frame.layout.dtype == np.float32
    return job_pb2.JobEvent(
        frame=job_pb2.Frame(
            sequence=frame.sequence,
            step=frame.step,
            loss=frame.loss,
            n_points=n_points,
            n_dims=n_dims,
            encoding=job_pb2.FLOAT32 if is_float else job_pb2.UINT16,
            scale=frame.scale,
            offset=frame.offset,
            layout=frame.layout.astype("<f4" if is_float else "<u2", copy=False).tobytes(),
        )
    ).SerializeToString()


def _float32_bytes(array: Float32Array) -> bytes:
    return array.astype("<f4", copy=False).tobytes()
