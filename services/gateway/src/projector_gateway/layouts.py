"""Stored layouts: serialised JobEvents as the worker published them, and the numbers inside. No numpy."""

from __future__ import annotations

import hashlib
import math
import sys
from array import array
from dataclasses import dataclass

from google.protobuf.message import DecodeError

from projector_chassis.errors import Conflict
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.wire_arrays import read_float32, read_uint16

_VALUE_BYTES = {job_pb2.FLOAT32: 4, job_pb2.UINT16: 2}
_FIRST_SEQUENCE = 1


@dataclass(frozen=True)
class StoredLayout:
    """One layout as the database keeps it."""

    digest: str
    """SHA-256 of shape, encoding and values; neither step nor loss, so that equal pictures are kept once."""
    event: bytes
    """The serialised JobEvent."""
    n_points: int
    n_dims: int


@dataclass(frozen=True)
class Coordinates:
    """A decoded layout."""

    values: array[float]
    """float32 (n_points, n_dims), row-major; NaN where a point has no coordinates."""
    n_dims: int

    @property
    def n_points(self) -> int:
        return len(self.values) // self.n_dims


def inspect_layout(event: bytes) -> StoredLayout:
    """Check the bytes of a frame and find their digest; the bytes themselves stay as they are.

    Raises:
        Conflict: they hold no whole frame.
    """
    frame = _frame(event)
    n_bytes = frame.n_points * frame.n_dims * _VALUE_BYTES.get(frame.encoding, 0)
    is_scaled = frame.encoding == job_pb2.UINT16
    n_scales = frame.n_dims if is_scaled else 0
    if (
        frame.encoding not in _VALUE_BYTES
        or frame.n_dims == 0
        or len(frame.layout) != n_bytes
        or (is_scaled and (len(frame.scale) != n_scales or len(frame.offset) != n_scales))
    ):
        raise Conflict("The stored frame is damaged: its shape does not fit its content. Choose another one.")
    return StoredLayout(_digest(frame), event, frame.n_points, frame.n_dims)


@dataclass(frozen=True)
class FrameLayout:
    """A frame's layout, decoded row by row as it is asked for; ``n_dims`` is the number of components of a PCA."""

    sequence: int
    step: int
    n_points: int
    n_dims: int
    _values: array[float] | None
    """Of a float32 frame."""
    _codes: array[int] | None
    """Of a 16-bit frame."""
    _scale: tuple[float, ...]
    _offset: tuple[float, ...]

    def rows(self, start: int, stop: int) -> array[float]:
        """float32 (stop - start, n_dims), row-major; numbers of 16 bits become the nearest float32."""
        span = slice(start * self.n_dims, stop * self.n_dims)
        if self._values is not None:
            return self._values[span]
        assert self._codes is not None
        codes = self._codes[span]
        values = array("f", bytes(4 * len(codes)))
        for dim, (scale, offset) in enumerate(zip(self._scale, self._offset, strict=True)):
            values[dim :: self.n_dims] = array("f", [offset + scale * code for code in codes[dim :: self.n_dims]])
        return values

    def row(self, row: int) -> array[float]:
        """float32 (n_dims,)."""
        return self.rows(row, row + 1)


def open_layout(event: bytes) -> FrameLayout:
    """The layout in a serialised JobEvent.

    Raises:
        Conflict: the bytes hold no frame.
    """
    frame = _frame(event)
    is_float32 = frame.encoding == job_pb2.FLOAT32
    return FrameLayout(
        frame.sequence,
        frame.step,
        frame.n_points,
        frame.n_dims,
        read_float32(frame.layout) if is_float32 else None,
        None if is_float32 else read_uint16(frame.layout),
        tuple(frame.scale),
        tuple(frame.offset),
    )


def decode_coordinates(event: bytes) -> Coordinates:
    """The numbers of a stored layout; those of 16 bits become the nearest float32."""
    layout = open_layout(event)
    return Coordinates(layout.rows(0, layout.n_points), layout.n_dims)


def encode_layout(coordinates: Coordinates, *, step: int) -> StoredLayout:
    """A layout that no job computed, in the same form as a job's frames."""
    values = coordinates.values
    if sys.byteorder == "big":
        values = array("f", values)
        values.byteswap()
    frame = job_pb2.Frame(
        sequence=_FIRST_SEQUENCE,
        step=step,
        loss=math.nan,
        n_points=coordinates.n_points,
        n_dims=coordinates.n_dims,
        encoding=job_pb2.FLOAT32,
        layout=values.tobytes(),
    )
    event = job_pb2.JobEvent(frame=frame).SerializeToString()
    return StoredLayout(_digest(frame), event, coordinates.n_points, coordinates.n_dims)


def _frame(event: bytes) -> job_pb2.Frame:
    try:
        message = job_pb2.JobEvent.FromString(event)
    except DecodeError as error:
        raise Conflict("The stored frame is damaged and cannot be decoded. Choose another one.") from error
    if not message.HasField("frame"):
        raise Conflict("What is stored under this sequence is no frame. Choose another one.")
    return message.frame


def _digest(frame: job_pb2.Frame) -> str:
    scaling = array("d", [*frame.scale, *frame.offset])
    if sys.byteorder == "big":
        scaling.byteswap()
    content = hashlib.sha256(f"{frame.n_points} {frame.n_dims} {frame.encoding} ".encode())
    content.update(scaling.tobytes())
    content.update(frame.layout)
    return content.hexdigest()
