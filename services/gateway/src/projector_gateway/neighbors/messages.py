"""Neighbor queries: the schemas of REST <-> the protobuf messages of the interactive workers."""

from __future__ import annotations

import base64

from projector_chassis.errors import from_code
from projector_contracts.compute.v1 import query_pb2
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.messages import encode_embedding, encode_metric
from projector_gateway.neighbors.schemas import Neighbors, NeighborsRequest
from projector_gateway.wire_arrays import read_float32, read_uint32


def encode_query(request: NeighborsRequest, embedding: Embedding) -> str:
    """The serialised NeighborsQuery as base64 text, as Celery carries it."""
    query = query_pb2.NeighborsQuery(
        embedding=encode_embedding(embedding),
        row=request.row,
        n_neighbors=request.k,
        metric=encode_metric(request.metric),
    )
    return base64.b64encode(query.SerializeToString()).decode("ascii")


def decode_answer(content: bytes, request: NeighborsRequest) -> Neighbors:
    """The neighbors in a serialised NeighborsAnswer.

    Raises:
        PublicError: the failure that the worker answered with.
    """
    answer = query_pb2.NeighborsAnswer.FromString(content)
    if answer.WhichOneof("outcome") == "failure":
        raise from_code(answer.failure.code, answer.failure.message)
    return Neighbors(
        row=request.row,
        metric=request.metric,
        rows=read_uint32(answer.neighbors.rows).tolist(),
        distances=read_float32(answer.neighbors.distances).tolist(),
    )
