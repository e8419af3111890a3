"""Questions of programs, which follow the rules of REST."""

from __future__ import annotations

import struct

import pytest

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_gateway.neighbors.schemas import NeighborsRequest
from projector_gateway.quality.schemas import QualityRequest
from projector_gateway.rpc.question_messages import decode_neighbors_query, decode_quality_query


def query(**changes: object) -> query_pb2.NeighborsQuery:
    return query_pb2.NeighborsQuery(**({"rows": struct.pack("<2I", 7, 3)} | changes))  # type: ignore[arg-type]  # its fields


def test_what_a_program_leaves_out_takes_the_defaults_of_rest() -> None:
    assert decode_neighbors_query(query()) == NeighborsRequest(rows=[7, 3])
    assert decode_quality_query(query_pb2.QualityQuery()) == QualityRequest()


def test_each_space_can_be_asked_for() -> None:
    preprocessed = query(preprocessing=job_pb2.SPHERIZE, metric=job_pb2.DOT_PRODUCT, n_neighbors=5)
    assert decode_neighbors_query(preprocessed) == NeighborsRequest(
        rows=[7, 3], k=5, metric="dot_product", space="preprocessed", preprocessing="spherize"
    )
    layout = query(layout=query_pb2.LayoutRef(job_id="job1", sequence=4))
    assert decode_neighbors_query(layout) == NeighborsRequest(
        rows=[7, 3], metric="euclidean", space="layout", job_id="job1", sequence=4
    )
    quality = query_pb2.QualityQuery(layout=query_pb2.LayoutRef(job_id="job1", sequence=4), n_neighbors=30)
    assert decode_quality_query(quality) == QualityRequest(n_neighbors=30, sequence=4)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rows": b""}, "rows"),
        ({"rows": b"123"}, "4-byte"),
        ({"n_neighbors": 1001}, "k"),
        ({"metric": 77}, "metric"),
        ({"preprocessing": 77}, "preprocessing"),
        ({"layout": query_pb2.LayoutRef(job_id="job1"), "metric": job_pb2.COSINE}, "euclidean"),
    ],
)
def test_what_does_not_fit_is_named(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        decode_neighbors_query(query(**wrong))
    with pytest.raises(InvalidArgument, match="n_neighbors"):
        decode_quality_query(query_pb2.QualityQuery(n_neighbors=201))
