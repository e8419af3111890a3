"""A job's past as the page draws it."""

from __future__ import annotations

import math
import struct

from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import LOSS_ENTRY
from projector_gateway.jobs.history import StoredHistory, encode_history
from projector_gateway.wire_arrays import read_float64, read_uint32


def test_entries_come_by_rising_sequence_and_tell_which_frames_are_kept() -> None:
    losses = {10: (100, 0.5), 2: (20, 2.0), 9: (90, math.nan)}
    stored = StoredHistory({key: struct.pack(LOSS_ENTRY, *entry) for key, entry in losses.items()}, {2, 10, 11})
    history = job_pb2.JobHistory.FromString(encode_history(stored))
    assert struct.unpack("<3Q", history.sequences) == (2, 9, 10)
    assert read_uint32(history.steps).tolist() == [20, 90, 100]
    first, nan, last = read_float64(history.losses)
    assert (first, math.isnan(nan), last) == (2.0, True, 0.5)
    assert list(history.kept) == [1, 0, 1]


def test_a_job_without_frames_has_no_past() -> None:
    assert encode_history(StoredHistory({}, set())) == b""
