"""Whether a request fits its embedding."""

from __future__ import annotations

import pytest
from unit.gateway.samples import embedding, job_request

from projector_chassis.errors import InvalidArgument
from projector_gateway.jobs.checks import check_request


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "rows is empty"),
        ([3, 2], "2 follows 3"),
        ([1, 1], "1 follows 1"),
        ([-1, 2], "rows holds -1; the embedding's rows are 0 to 9"),
        ([0, 10], "rows holds 10; the embedding's rows are 0 to 9"),
        ([2**40], f"rows holds {2**40}"),
        (list(range(9)), "rows holds 9 indices; at most 8 are allowed"),
        ([0, 1, 2, 3], "at least 5 rows; this job would have 4"),
    ],
)
def test_rows_that_do_not_fit_are_named(rows: list[int], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        check_request(job_request(rows=rows), embedding(), max_rows=8)


def test_some_rows_stay_as_they_are() -> None:
    request = job_request(rows=[0, 2, 4, 6, 9])
    assert check_request(request, embedding(), max_rows=8) == request


def test_all_rows_become_none() -> None:
    assert check_request(job_request(rows=list(range(10))), embedding(), max_rows=10).rows is None


def test_the_limit_is_on_named_rows_not_on_the_embedding() -> None:
    big = embedding(n_points=10**9)
    assert check_request(job_request(), big, max_rows=8).rows is None


@pytest.mark.parametrize("n_points", [1, 4])
def test_tsne_needs_five_points_and_pca_one(n_points: int) -> None:
    small = embedding(n_points=n_points)
    with pytest.raises(InvalidArgument, match=f"this job would have {n_points}"):
        check_request(job_request(), small, max_rows=8)
    check_request(job_request({"method": "pca"}), small, max_rows=8)
