"""Neighbor queries: the schemas of REST <-> the protobuf messages of the interactive workers."""

from __future__ import annotations

from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_gateway.clients import messages as loader_messages
from projector_gateway.clients.answers import read_answer
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.messages import encode_embedding, encode_metric
from projector_gateway.jobs.schemas import Sequence
from projector_gateway.neighbors.schemas import NeighborList, NeighborLists, Neighbors, NeighborsRequest
from projector_gateway.wire_arrays import read_float32, read_uint32, write_uint32


def encode_query(request: NeighborsRequest, embedding: Embedding) -> bytes:
    """The serialised NeighborsQuery."""
    return query_pb2.NeighborsQuery(
        embedding=encode_embedding(embedding),
        rows=write_uint32(request.asked_rows),
        n_neighbors=request.k,
        metric=encode_metric(request.metric),
        preprocessing=job_pb2.Preprocessing.Value(request.preprocessing.upper()),
        layout=None if request.job_id is None else encode_layout(request.job_id, request.sequence),
    ).SerializeToString()


def encode_layout(job_id: str, sequence: Sequence) -> query_pb2.LayoutRef:
    """A reference to a kept frame."""
    return query_pb2.LayoutRef(job_id=job_id, sequence=0 if sequence == "latest" else sequence)


def decode_answer(content: bytes, request: NeighborsRequest) -> Neighbors | NeighborLists:
    """The neighbors in a serialised QueryAnswer: of one row, or of several where several were named.

    Raises:
        PublicError: the failure that the worker answered with.
    """
    found = read_answer(content).neighbors
    rows, distances = read_uint32(found.rows).tolist(), read_float32(found.distances).tolist()
    lists = [
        NeighborList(row=row, rows=rows[start:end], distances=distances[start:end])
        for row, start, end in (
            (row, position * found.n_neighbors, (position + 1) * found.n_neighbors)
            for position, row in enumerate(request.asked_rows)
        )
    ]
    notices = [loader_messages.problem(notice) for notice in found.notices]
    sequence = found.sequence if found.HasField("sequence") else None
    if request.rows is not None:
        return NeighborLists(lists=lists, metric=request.metric, sequence=sequence, notices=notices)
    (only,) = lists
    return Neighbors(**only.model_dump(), metric=request.metric, sequence=sequence, notices=notices)
