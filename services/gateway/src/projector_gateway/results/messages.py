"""Results: what Redis holds of a job that has ended <-> what the database keeps of it."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import LOSS_ENTRY, JobId
from projector_gateway.jobs.bulk import drop_bulk, nonlinear
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.layouts import StoredLayout, inspect_layout
from projector_gateway.results.orm import ResultRow

MOST_MEASURED_POINTS = 20_000
"""Of more, the quality is a sample that people ask for when they want it."""
_LOSS = struct.Struct("<Q" + LOSS_ENTRY[1:])
_ENTRY_BYTES = struct.calcsize(LOSS_ENTRY)


@dataclass(frozen=True)
class EndedJob:
    """What Redis holds of a job that has ended.

    Attributes:
        fingerprint: for which it answers; None: for none.
        losses: LOSS_ENTRY by sequence.
        events: serialised JobEvents of the frames that shall be kept.
    """

    job: StoredJob
    fingerprint: str | None
    losses: Mapping[int, bytes]
    events: Sequence[bytes]


@dataclass(frozen=True)
class KeptFrame:
    """One frame of a result; its loss is None where it was NaN."""

    sequence: int
    step: int
    loss: float | None
    layout: StoredLayout


@dataclass(frozen=True)
class Result:
    """What the database shall keep of a job."""

    row: ResultRow
    frames: tuple[KeptFrame, ...]


def to_result(ended: EndedJob) -> Result:
    """Everything that is kept of a job.

    Raises:
        Conflict: a frame is damaged.
    """
    spec = job_pb2.JobSpec.FromString(ended.job.spec)
    state = job_pb2.JobState.FromString(ended.job.state)
    frames = tuple(_kept_frame(event) for event in ended.events)
    rows = spec.rows
    drop_bulk(spec)
    losses = b"".join(
        _LOSS.pack(sequence, *struct.unpack(LOSS_ENTRY, entry)) for sequence, entry in sorted(ended.losses.items())
    )
    row = ResultRow(
        job_id=ended.job.job_id,
        embedding_id=spec.embedding.embedding_id,
        fingerprint=ended.fingerprint,
        created_at=state.created_at.ToDatetime(tzinfo=UTC),
        spec=spec.SerializeToString(),
        rows=rows,
        state=ended.job.state,
        losses=losses,
        quality=None,
    )
    n_frame_bytes = sum(len(frame.layout.event) for frame in frames)
    row.n_bytes = sum(map(len, (row.spec, row.rows, row.state, row.losses))) + n_frame_bytes
    return Result(row, frames)


def to_job(row: ResultRow, rows: bytes = b"") -> StoredJob:
    """The job of a result.

    Args:
        rows: JobSpec.rows, which lists leave out.
    """
    spec = row.spec
    if rows:
        message = job_pb2.JobSpec.FromString(spec)
        message.rows = rows
        spec = message.SerializeToString()
    return StoredJob(JobId(row.job_id), spec, row.state)


def encode_lent_spec(spec: bytes) -> bytes:
    """A serialised JobSpec by which workers can look at a layout; of how it was computed a result lacks parts."""
    message = job_pb2.JobSpec.FromString(spec)
    projection = nonlinear(message)
    if projection is not None:
        projection.ClearField("initialisation")
        projection.ClearField("supervision")
    return message.SerializeToString()


def read_losses(content: bytes) -> dict[int, bytes]:
    """LOSS_ENTRY by sequence."""
    size = _LOSS.size
    entries = (content[start : start + size] for start in range(0, len(content), size))
    return {int.from_bytes(entry[:-_ENTRY_BYTES], "little"): entry[-_ENTRY_BYTES:] for entry in entries}


def encode_frame(event: bytes, *, sequence: int, step: int, loss: float | None) -> bytes:
    """The serialised JobEvent of a result's frame; its layout may have been published by another job first."""
    message = job_pb2.JobEvent.FromString(event)
    message.frame.sequence, message.frame.step = sequence, step
    message.frame.loss = math.nan if loss is None else loss
    return message.SerializeToString()


def is_measured(job: StoredJob) -> bool:
    """Whether the quality of a finished job's layout is found out without being asked for."""
    spec, state = job_pb2.JobSpec.FromString(job.spec), job_pb2.JobState.FromString(job.state)
    is_nonlinear = spec.HasField("tsne") or spec.HasField("umap")
    return is_nonlinear and state.phase == job_pb2.FINISHED and state.n_points <= MOST_MEASURED_POINTS


def created_at(job: StoredJob) -> datetime:
    """When a job was asked for."""
    return job_pb2.JobState.FromString(job.state).created_at.ToDatetime(tzinfo=UTC)


def _kept_frame(event: bytes) -> KeptFrame:
    layout = inspect_layout(event)
    frame = job_pb2.JobEvent.FromString(event).frame
    return KeptFrame(frame.sequence, frame.step, None if math.isnan(frame.loss) else frame.loss, layout)
