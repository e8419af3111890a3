"""Projections: the schemas of REST <-> the parameters in a JobSpec."""

from __future__ import annotations

from typing import Any

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs.fields import read_fields, write_fields
from projector_gateway.jobs.projections import Custom, CustomAxis, Projection, SideRows
from projector_gateway.wire_arrays import read_uint32, write_uint32

_METHODS = [field.name for field in job_pb2.JobSpec.DESCRIPTOR.oneofs_by_name["projection"].fields]


def write_projection(projection: Projection, spec: job_pb2.JobSpec) -> None:
    """Set the projection of a spec; sides of axes must have been resolved to rows."""
    if isinstance(projection, Custom):
        spec.custom.normalise = projection.normalise
        spec.custom.orthogonalise = projection.orthogonalise
        _write_axis(projection.x, spec.custom.x)
        _write_axis(projection.y, spec.custom.y)
        if projection.z is not None:
            _write_axis(projection.z, spec.custom.z)
    else:
        write_fields(projection, getattr(spec, projection.method))


def read_projection(spec: job_pb2.JobSpec) -> dict[str, Any]:
    """Method and given parameters of a spec, for the schemas to check; what is absent takes its default there.

    Raises:
        InvalidArgument: the spec names no projection, or rows that are none.
    """
    method = spec.WhichOneof("projection")
    if method is None:
        raise InvalidArgument(f"spec names no projection; allowed are {', '.join(_METHODS)}.")
    if method != "custom":
        return {"method": method, **read_fields(getattr(spec, method))}
    fields: dict[str, Any] = {"method": method}
    for field, value in spec.custom.ListFields():
        fields[field.name] = _read_axis(value) if isinstance(value, job_pb2.CustomAxis) else value
    return fields


def read_rows(content: bytes, name: str) -> list[int]:
    """Row indices from uint32 little-endian; raises ``InvalidArgument`` for half an index."""
    if len(content) % 4:
        raise InvalidArgument(f"{name} holds {len(content)} bytes; it must hold whole 4-byte indices.")
    return read_uint32(content).tolist()


def _write_axis(axis: CustomAxis, message: job_pb2.CustomAxis) -> None:
    message.SetInParent()
    assert isinstance(axis.from_, SideRows)
    assert isinstance(axis.to, SideRows)
    message.from_rows, message.from_label = write_uint32(axis.from_.rows), axis.from_.label
    message.to_rows, message.to_label = write_uint32(axis.to.rows), axis.to.label


def _read_axis(axis: job_pb2.CustomAxis) -> dict[str, Any]:
    return {
        "from": {"rows": read_rows(axis.from_rows, "from_rows"), "label": axis.from_label},
        "to": {"rows": read_rows(axis.to_rows, "to_rows"), "label": axis.to_label},
    }
