from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.workshop import Workshop, clusters, pca_spec
from projector_compute.model import Failure, Phase


def outcome(points: NDArray[np.floating], rows: list[int] | None = None) -> Workshop:
    workshop = Workshop()
    chosen = None if rows is None else np.array(rows, np.uint32)
    workshop.create(pca_spec(workshop.embeddings.add("words", points), n_components=2, rows=chosen))
    workshop.work()
    return workshop


def test_a_job_computes_with_the_rows_it_names() -> None:
    points = clusters()
    chosen = outcome(points, [1, 5, 6, 30, 39])
    alone = outcome(points[[1, 5, 6, 30, 39]])
    np.testing.assert_array_equal(chosen.frames[0].layout, alone.frames[0].layout)
    assert chosen.job.state.n_points == 5
    assert chosen.embeddings.n_open == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_are_refused_by_their_number(value: float) -> None:
    points = clusters()
    points[7, 2] = points[30, 0] = value
    assert outcome(points).job.state.failure == Failure(
        "invalid_argument",
        "2 of 40 rows hold NaN or infinite values, the first is row 7; project a selection without them.",
    )
    chosen = outcome(points, [1, 5, 30])
    assert chosen.job.state.failure is not None
    assert "1 of 3 rows" in chosen.job.state.failure.message
    assert "the first is row 30" in chosen.job.state.failure.message


def test_a_selection_without_them_can_be_projected() -> None:
    points = clusters()
    points[7, 2] = np.nan
    assert outcome(points, [0, 1, 8, 9]).job.state.phase is Phase.FINISHED
