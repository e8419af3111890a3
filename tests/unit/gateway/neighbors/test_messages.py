"""Neighbor queries between REST and the workers."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from pydantic import ValidationError
from unit.gateway.samples import EMBEDDING_ID, embedding

from projector_chassis.errors import Conflict, Internal
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2, query_pb2
from projector_gateway.neighbors.messages import decode_answer, encode_query
from projector_gateway.neighbors.schemas import NeighborsRequest


def request(**changes: Any) -> NeighborsRequest:
    return NeighborsRequest.model_validate({"row": 3, "k": 2, "metric": "euclidean"} | changes)


def test_a_query_names_the_very_content_that_is_searched() -> None:
    query = query_pb2.NeighborsQuery.FromString(base64.b64decode(encode_query(request(), embedding())))
    assert query.embedding == job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID, digest="d" * 64, n_points=10, n_dims=4)
    assert (query.row, query.n_neighbors, query.metric) == (3, 2, job_pb2.EUCLIDEAN)


def test_an_answer_keeps_its_order_and_float32() -> None:
    found = query_pb2.Neighbors(rows=struct.pack("<2I", 2**32 - 1, 0), distances=struct.pack("<2f", 0.1, 2))
    answer = decode_answer(query_pb2.NeighborsAnswer(neighbors=found).SerializeToString(), request())
    assert answer.rows == [2**32 - 1, 0]
    assert answer.distances == list(struct.unpack("<2f", struct.pack("<2f", 0.1, 2)))
    assert (answer.row, answer.metric) == (3, "euclidean")


def test_an_answer_may_be_empty() -> None:
    empty = query_pb2.NeighborsAnswer(neighbors=query_pb2.Neighbors()).SerializeToString()
    assert decode_answer(empty, request()).rows == []


@pytest.mark.parametrize(("code", "kind"), [("conflict", Conflict), ("internal", Internal), ("teapot", Internal)])
def test_a_failure_is_raised_as_the_error_of_its_code(code: str, kind: type[Exception]) -> None:
    answer = query_pb2.NeighborsAnswer(failure=problem_pb2.Failure(code=code, message="The file has changed."))
    with pytest.raises(kind, match="The file has changed"):
        decode_answer(answer.SerializeToString(), request())


def test_what_is_no_answer_is_no_empty_one() -> None:
    with pytest.raises(DecodeError):
        decode_answer(b"\xff", request())


@pytest.mark.parametrize("wrong", [{"row": -1}, {"k": 0}, {"k": 1001}, {"metric": "manhattan"}, {"n": 1}])
def test_a_request_beyond_the_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        request(**wrong)
