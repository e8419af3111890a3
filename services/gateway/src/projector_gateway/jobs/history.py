"""What is kept of a job's past, as the page draws it: losses of many steps, and which frames can still be asked for."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Set
from dataclasses import dataclass

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import LOSS_ENTRY
from projector_gateway.wire_arrays import write_float64, write_uint32, write_uint64

_ENTRY = struct.Struct(LOSS_ENTRY)


@dataclass(frozen=True)
class StoredHistory:
    """A job's past as Redis and the database hold it.

    Attributes:
        losses: LOSS_ENTRY by sequence.
        kept: sequences of the frames that are kept.
    """

    losses: Mapping[int, bytes]
    kept: Set[int]


def encode_history(history: StoredHistory) -> bytes:
    """The serialised JobHistory."""
    sequences = sorted(history.losses)
    entries = [_ENTRY.unpack(history.losses[sequence]) for sequence in sequences]
    return job_pb2.JobHistory(
        sequences=write_uint64(sequences),
        steps=write_uint32(step for step, _ in entries),
        losses=write_float64(loss for _, loss in entries),
        kept=bytes(sequence in history.kept for sequence in sequences),
    ).SerializeToString()
