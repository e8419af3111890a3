"""What the gateway itself tells of a job that no worker has at the moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from projector_contracts.compute.v1 import job_pb2


@dataclass(frozen=True)
class RestingState:
    """The part of a JobState that changes while a job waits.

    Attributes:
        interruption: why it does not get on, for anybody to read; empty: it just waits for its turn.
        queue_place: of a QUEUED job, 1 is next; 0: not known.
        remaining_seconds: estimated until a QUEUED job begins.
        paused_by: id of the person whose pause took effect last; empty: nobody's.
    """

    is_paused: bool
    is_queued: bool
    interruption: str
    queue_place: int
    remaining_seconds: float | None
    paused_by: str

    def with_reason(self, interruption: str) -> RestingState:
        return replace(self, interruption=interruption)

    def with_place(self, place: int, waits_seconds: float | None) -> RestingState:
        return replace(self, queue_place=place, remaining_seconds=waits_seconds)


def read_resting_state(state: bytes) -> RestingState:
    """Of a serialised JobState."""
    message = job_pb2.JobState.FromString(state)
    pauses = [applied.control.by.id for applied in message.controls if applied.control.HasField("pause")]
    return RestingState(
        is_paused=message.phase == job_pb2.PAUSED,
        is_queued=message.phase == job_pb2.QUEUED,
        interruption=message.interruption,
        queue_place=message.queue_place,
        remaining_seconds=message.remaining_seconds if message.HasField("remaining_seconds") else None,
        paused_by=pauses[-1] if pauses else "",
    )


def encode_resting_state(state: bytes, changed: RestingState, now: datetime) -> bytes:
    """The serialised JobState with those parts changed."""
    message = job_pb2.JobState.FromString(state)
    message.interruption = changed.interruption
    if changed.is_queued:
        message.queue_place = changed.queue_place
        message.ClearField("remaining_seconds")
        if changed.remaining_seconds is not None:
            message.remaining_seconds = changed.remaining_seconds
    message.updated_at.FromDatetime(now)
    return message.SerializeToString()
