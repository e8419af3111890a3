"""Neighbor queries between REST and the workers."""

from __future__ import annotations

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
from projector_gateway.neighbors.schemas import NeighborLists, Neighbors, NeighborsRequest


def request(**changes: Any) -> NeighborsRequest:
    return NeighborsRequest.model_validate({"row": 3, "k": 2, "metric": "euclidean"} | changes)


def answer_of(found: query_pb2.Neighbors) -> bytes:
    return query_pb2.QueryAnswer(neighbors=found).SerializeToString()


def sent(asked: NeighborsRequest) -> query_pb2.NeighborsQuery:
    return query_pb2.NeighborsQuery.FromString(encode_query(asked, embedding()))


def test_a_query_names_the_very_content_that_is_searched() -> None:
    query = sent(request())
    assert query.embedding == job_pb2.EmbeddingRef(embedding_id=EMBEDDING_ID, digest="d" * 64, n_points=10, n_dims=4)
    assert (query.rows, query.n_neighbors, query.metric) == (struct.pack("<I", 3), 2, job_pb2.EUCLIDEAN)
    assert (query.preprocessing, query.HasField("layout")) == (job_pb2.NONE, False)


def test_a_query_may_name_several_rows_and_a_preprocessing() -> None:
    query = sent(request(row=None, rows=[7, 3], space="preprocessed", preprocessing="z_score", metric="dot_product"))
    assert query.rows == struct.pack("<2I", 7, 3)
    assert (query.preprocessing, query.metric) == (job_pb2.Z_SCORE, job_pb2.DOT_PRODUCT)


@pytest.mark.parametrize(("sequence", "number"), [("latest", 0), (7, 7)])
def test_in_a_layout_the_metric_is_euclidean_unasked(sequence: object, number: int) -> None:
    asked = NeighborsRequest.model_validate({"row": 3, "space": "layout", "job_id": "job1", "sequence": sequence})
    query = sent(asked)
    assert query.layout == query_pb2.LayoutRef(job_id="job1", sequence=number)
    assert query.metric == job_pb2.EUCLIDEAN


def test_an_answer_keeps_its_order_and_float32() -> None:
    found = query_pb2.Neighbors(
        rows=struct.pack("<2I", 2**32 - 1, 0),
        distances=struct.pack("<2f", 0.1, 2),
        n_neighbors=2,
        notices=[problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject="rows", message="Left out: 2 rows.")],
    )
    answer = decode_answer(answer_of(found), request())
    assert isinstance(answer, Neighbors)
    assert answer.rows == [2**32 - 1, 0]
    assert answer.distances == list(struct.unpack("<2f", struct.pack("<2f", 0.1, 2)))
    assert (answer.row, answer.metric, answer.sequence) == (3, "euclidean", None)
    assert [notice.message for notice in answer.notices] == ["Left out: 2 rows."]


def test_an_answer_about_several_rows_has_a_list_for_each() -> None:
    found = query_pb2.Neighbors(
        rows=struct.pack("<4I", 1, 2, 3, 4), distances=struct.pack("<4f", 1, 2, 3, 4), n_neighbors=2, sequence=9
    )
    answer = decode_answer(answer_of(found), request(row=None, rows=[7, 3]))
    assert isinstance(answer, NeighborLists)
    assert [(each.row, each.rows, each.distances) for each in answer.lists] == [
        (7, [1, 2], [1, 2]),
        (3, [3, 4], [3, 4]),
    ]
    assert answer.sequence == 9


@pytest.mark.parametrize("named", [{}, {"row": None, "rows": [7, 3]}])
def test_an_answer_may_be_empty(named: dict[str, object]) -> None:
    answer = decode_answer(answer_of(query_pb2.Neighbors()), request(**named))
    lists = answer.lists if isinstance(answer, NeighborLists) else [answer]
    assert [each.rows for each in lists] == [[]] * len(lists)


@pytest.mark.parametrize(("code", "kind"), [("conflict", Conflict), ("internal", Internal), ("teapot", Internal)])
def test_a_failure_is_raised_as_the_error_of_its_code(code: str, kind: type[Exception]) -> None:
    answer = query_pb2.QueryAnswer(failure=problem_pb2.Failure(code=code, message="The file has changed."))
    with pytest.raises(kind, match="The file has changed"):
        decode_answer(answer.SerializeToString(), request())


def test_what_is_no_answer_is_no_empty_one() -> None:
    with pytest.raises(DecodeError):
        decode_answer(b"\xff", request())


@pytest.mark.parametrize(
    "wrong",
    [{"row": -1}, {"k": 0}, {"k": 1001}, {"metric": "manhattan"}, {"n": 1}, {"rows": []}, {"rows": list(range(101))}],
)
def test_a_request_beyond_the_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        request(**wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rows": [1]}, "either row or rows"),
        ({"row": None}, "either row or rows"),
        ({"space": "layout"}, "job_id goes with"),
        ({"job_id": "job1"}, "job_id goes with"),
        ({"space": "layout", "job_id": "job1", "metric": "cosine"}, "'euclidean'"),
        ({"space": "layout", "job_id": "job1", "sequence": 0}, "sequence"),
        ({"space": "preprocessed"}, "a preprocessing goes with"),
        ({"preprocessing": "spherize"}, "a preprocessing goes with"),
    ],
)
def test_a_request_whose_parts_do_not_fit_together_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        request(**wrong)
