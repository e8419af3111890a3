"""Questions about layouts between REST and the workers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from projector_chassis.errors import NotFound
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import query_pb2
from projector_contracts.names import JobId
from projector_gateway.quality.messages import decode_points, decode_scores, encode_query
from projector_gateway.quality.schemas import QualityRequest, Score

QUALITY = query_pb2.Quality(
    sequence=7,
    n_points=2,
    n_neighbors=1,
    n_sampled=2,
    trustworthiness=query_pb2.Score(value=0.9, standard_error=0.01),
    continuity=query_pb2.Score(value=0.8),
    neighbor_preservation=query_pb2.Score(value=0.7),
    distance_rank_correlation=query_pb2.Score(value=-0.5),
    preservation=b"12345678",
    notices=[problem_pb2.Problem(severity=problem_pb2.Problem.NOTICE, subject="rows", message="Left out: 1 rows.")],
)


def answer(quality: query_pb2.Quality) -> bytes:
    return query_pb2.QueryAnswer(quality=quality).SerializeToString()


@pytest.mark.parametrize(("sequence", "number"), [("latest", 0), (7, 7)])
def test_a_question_names_a_frame(sequence: object, number: int) -> None:
    asked = QualityRequest.model_validate({"sequence": sequence})
    query = query_pb2.QualityQuery.FromString(encode_query(JobId("job1"), asked))
    assert query == query_pb2.QualityQuery(layout=query_pb2.LayoutRef(job_id="job1", sequence=number), n_neighbors=15)


def test_scores_are_read() -> None:
    found = decode_scores(answer(QUALITY))
    assert (found.sequence, found.n_points, found.n_neighbors, found.n_sampled) == (7, 2, 1, 2)
    assert found.trustworthiness == Score(value=0.9, standard_error=0.01)
    assert (found.continuity.value, found.neighbor_preservation.value) == (0.8, 0.7)
    assert found.distance_rank_correlation == Score(value=-0.5, standard_error=0)
    assert [notice.message for notice in found.notices] == ["Left out: 1 rows."]


def test_distances_that_are_all_equal_have_no_correlation() -> None:
    equal = query_pb2.Quality()
    equal.CopyFrom(QUALITY)
    equal.ClearField("distance_rank_correlation")
    assert decode_scores(answer(equal)).distance_rank_correlation is None


def test_the_score_of_each_row_is_handed_on_unread() -> None:
    assert decode_points(answer(QUALITY)) == b"12345678"


def test_a_failure_is_raised() -> None:
    failed = query_pb2.QueryAnswer(failure=problem_pb2.Failure(code="not_found", message="Frame 3 is not kept."))
    for decode in (decode_scores, decode_points):
        with pytest.raises(NotFound, match="Frame 3"):
            decode(failed.SerializeToString())


@pytest.mark.parametrize("wrong", [{"n_neighbors": 0}, {"n_neighbors": 201}, {"sequence": 0}, {"sequence": "newest"}])
def test_a_request_beyond_the_limits_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        QualityRequest.model_validate(wrong)
