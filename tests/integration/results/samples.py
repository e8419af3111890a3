"""Results of small jobs."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import LOSS_ENTRY, JobId
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.results.messages import EndedJob, Result, to_result
from projector_gateway.wire_arrays import write_uint32

EMBEDDING_ID = "digits-0"
LABELS = struct.pack("<3i", 0, 1, 0)


def frame(sequence: int, *, x: float = 0.0, step: int | None = None, loss: float = 0.5) -> bytes:
    """A serialised JobEvent with a frame of three points at x."""
    message = job_pb2.Frame(
        sequence=sequence,
        step=10 * sequence if step is None else step,
        loss=loss,
        n_points=3,
        n_dims=2,
        encoding=job_pb2.FLOAT32,
        layout=struct.pack("<6f", *[x] * 6),
    )
    return job_pb2.JobEvent(frame=message).SerializeToString()


def ended(
    job_id: str,
    frames: Sequence[bytes],
    *,
    fingerprint: str | None = None,
    minutes: int = 0,
    embedding_id: str = EMBEDDING_ID,
    rows: Sequence[int] = (1, 4, 6),
) -> EndedJob:
    """A finished t-SNE that was asked for so many minutes after the first."""
    spec = job_pb2.JobSpec(
        embedding=job_pb2.EmbeddingRef(embedding_id=embedding_id, digest="d" * 64, n_points=10, n_dims=4),
        rows=write_uint32(rows),
    )
    spec.tsne.n_dims = 2
    spec.tsne.perplexity.append(2)
    spec.tsne.initial_layout = b"\0" * 24
    spec.tsne.supervision.labels = LABELS
    spec.tsne.supervision.weight = 0.5
    last = job_pb2.JobEvent.FromString(frames[-1]).frame
    state = job_pb2.JobState(job_id=job_id, phase=job_pb2.FINISHED, sequence=last.sequence, step=last.step, n_points=3)
    state.created_at.FromDatetime(datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes))
    state.times.add(phase=job_pb2.RUNNING, seconds=2.5)
    losses = {1: struct.pack(LOSS_ENTRY, 10, 2.0), 2: struct.pack(LOSS_ENTRY, 20, math.nan)}
    job = StoredJob(JobId(job_id), spec.SerializeToString(), state.SerializeToString())
    return EndedJob(job, fingerprint, losses, frames)


def result(job_id: str, *frames: bytes, fingerprint: str | None = None, minutes: int = 0) -> Result:
    """The result of such a job."""
    return to_result(ended(job_id, frames, fingerprint=fingerprint, minutes=minutes))
