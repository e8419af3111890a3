"""Frames and specs as workers and the gateway write them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.wire_arrays import write_uint32


def frame_of(points: Sequence[Sequence[float]], **changes: Any) -> bytes:
    """A serialised JobEvent with a float32 frame of these points."""
    n_dims = len(points[0])
    fields: dict[str, Any] = {
        "sequence": 7,
        "step": 70,
        "n_points": len(points),
        "n_dims": n_dims,
        "encoding": job_pb2.FLOAT32,
        "layout": b"".join(struct.pack(f"<{n_dims}f", *point) for point in points),
    }
    return job_pb2.JobEvent(frame=job_pb2.Frame(**fields | changes)).SerializeToString()


def coded_frame(codes: Sequence[int], *, n_dims: int, scale: Sequence[float], offset: Sequence[float]) -> bytes:
    """The same of 16 bits."""
    frame = job_pb2.Frame(
        sequence=7,
        step=70,
        n_points=len(codes) // n_dims,
        n_dims=n_dims,
        encoding=job_pb2.UINT16,
        scale=scale,
        offset=offset,
        layout=struct.pack(f"<{len(codes)}H", *codes),
    )
    return job_pb2.JobEvent(frame=frame).SerializeToString()


def spec_of(rows: Sequence[int] = (), *, is_pca: bool = False) -> bytes:
    """A serialised JobSpec."""
    spec = job_pb2.JobSpec(rows=write_uint32(rows))
    (spec.pca if is_pca else spec.tsne).SetInParent()
    return spec.SerializeToString()
