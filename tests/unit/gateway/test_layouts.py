"""Stored layouts: the bytes of a frame, their digest, and the numbers inside."""

from __future__ import annotations

import struct
from array import array
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_chassis.errors import Conflict
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.layouts import Coordinates, decode_coordinates, encode_layout, inspect_layout


def frame(**changes: Any) -> bytes:
    """A stored frame of two points in two dimensions."""
    fields: dict[str, Any] = {
        "sequence": 7,
        "step": 7,
        "loss": 1.5,
        "n_points": 2,
        "n_dims": 2,
        "encoding": job_pb2.FLOAT32,
        "layout": struct.pack("<4f", 0, -1.5, nan, 1e-40),
    }
    return job_pb2.JobEvent(frame=job_pb2.Frame(**fields | changes)).SerializeToString()


def scaled(**changes: Any) -> bytes:
    """A stored frame of 16-bit numbers."""
    fields = {
        "encoding": job_pb2.UINT16,
        "layout": struct.pack("<4H", 0, 65535, 1, 2),
        "scale": [0.5, 2],
        "offset": [-1, 10],
    }
    return frame(**fields | changes)


@pytest.mark.parametrize("event", [frame(), scaled()])
def test_the_bytes_of_a_frame_stay_as_they_are(event: bytes) -> None:
    layout = inspect_layout(event)
    assert (layout.event, layout.n_points, layout.n_dims) == (event, 2, 2)


def test_equal_pictures_have_equal_digests_whatever_step_they_are_of() -> None:
    assert inspect_layout(frame()).digest == inspect_layout(frame(sequence=9, step=8, loss=0.5)).digest


def test_other_pictures_have_other_digests() -> None:
    others = [
        frame(),
        frame(layout=struct.pack("<4f", 0, -1.5, nan, 2e-40)),
        frame(n_points=4, n_dims=1),
        frame(n_points=1, n_dims=4),
        scaled(),
        scaled(scale=[0.5, 3]),
        scaled(offset=[-1, 11]),
    ]
    assert len({inspect_layout(event).digest for event in others}) == len(others)


@pytest.mark.parametrize(
    "event",
    [
        b"\xff",
        b"",
        job_pb2.JobEvent(state=job_pb2.JobState()).SerializeToString(),
        frame(layout=b""),
        frame(n_points=3),
        frame(n_dims=0, layout=b""),
        frame(encoding=job_pb2.ENCODING_UNSPECIFIED),
        frame(encoding=9),
        scaled(scale=[1]),
        scaled(offset=[]),
        scaled(layout=bytes(16)),
    ],
)
def test_a_damaged_frame_is_refused_in_words(event: bytes) -> None:
    with pytest.raises(Conflict, match="Choose another one"):
        inspect_layout(event)


def test_float32_is_read_to_the_bit() -> None:
    assert decode_coordinates(frame()).values.tobytes() == array("f", [0, -1.5, nan, 1e-40]).tobytes()


def test_16_bits_stand_for_offset_and_scale() -> None:
    assert decode_coordinates(scaled()).values.tolist() == [-1, 10 + 2 * 65535, -0.5, 14]


@given(st.lists(st.floats(width=32), min_size=2, max_size=12).filter(lambda values: len(values) % 2 == 0))
def test_a_layout_that_no_job_computed_comes_back(values: list[float]) -> None:
    stored = encode_layout(Coordinates(array("f", values), 2), step=3)
    assert decode_coordinates(stored.event).values.tobytes() == array("f", values).tobytes()
    assert inspect_layout(stored.event) == stored
    assert job_pb2.JobEvent.FromString(stored.event).frame.step == 3
