"""Questions of programs as the schemas of REST, so that one set of rules holds for both."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_gateway.neighbors.schemas import NeighborsRequest
from projector_gateway.problem import in_words
from projector_gateway.quality.schemas import QualityRequest
from projector_gateway.wire_arrays import read_uint32

_Request = TypeVar("_Request", bound=BaseModel)
_ROW_BYTES = 4


def decode_neighbors_query(query: query_pb2.NeighborsQuery) -> NeighborsRequest:
    """What a program asks about rows; what is absent takes the defaults of REST.

    Raises:
        InvalidArgument: naming the fields that are wrong and what is allowed.
    """
    if len(query.rows) % _ROW_BYTES:
        raise InvalidArgument(f"rows holds {len(query.rows)} bytes; it must hold whole 4-byte indices.")
    fields: dict[str, Any] = {"rows": read_uint32(query.rows).tolist()}
    if query.n_neighbors:
        fields["k"] = query.n_neighbors
    if query.metric:
        fields["metric"] = _name(job_pb2.Metric, query.metric)
    if query.preprocessing not in (job_pb2.PREPROCESSING_UNSPECIFIED, job_pb2.NONE):
        fields |= {"space": "preprocessed", "preprocessing": _name(job_pb2.Preprocessing, query.preprocessing)}
    if query.HasField("layout"):
        fields |= {"space": "layout", "job_id": query.layout.job_id, "sequence": query.layout.sequence or "latest"}
    return _checked(NeighborsRequest, fields)


def decode_quality_query(query: query_pb2.QualityQuery) -> QualityRequest:
    """What a program asks about a layout; what is absent takes the defaults of REST.

    Raises:
        InvalidArgument: naming the fields that are wrong and what is allowed.
    """
    fields: dict[str, Any] = {"sequence": query.layout.sequence or "latest"}
    if query.n_neighbors:
        fields["n_neighbors"] = query.n_neighbors
    return _checked(QualityRequest, fields)


def _name(enum: Any, number: int) -> str | int:
    """Of a number that nobody knows, the number, which the schema refuses."""
    return enum.Name(number).lower() if number in enum.values() else number


def _checked(schema: type[_Request], fields: dict[str, Any]) -> _Request:
    try:
        return schema.model_validate(fields)
    except ValidationError as error:
        found = [{**each, "loc": ("query", *each["loc"])} for each in error.errors()]
        raise InvalidArgument(in_words(found)) from error
