from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.stores import InMemoryEmbeddings, InMemoryLayouts
from fakes.workshop import clusters
from projector_compute.model import Failure
from projector_compute.ports import Progress
from projector_compute.query import NeighborFinder
from projector_compute.questions import LayoutRef, Neighbors, NeighborsQuery
from projector_compute.specs import EmbeddingRef, JobSpec, Metric, PcaParameters, Preprocessing
from projector_contracts.names import JobId

JOB = JobId("job-1")


class World:
    """What a finder works with, and the finder."""

    def __init__(self) -> None:
        self.embeddings = InMemoryEmbeddings()
        self.layouts = InMemoryLayouts()
        self.finder = NeighborFinder(self.embeddings, self.layouts)

    def failure(self, query: NeighborsQuery) -> Failure:
        answer = self.finder.answer(query)
        assert isinstance(answer, Failure)
        return answer

    def found(self, query: NeighborsQuery) -> Neighbors:
        answer = self.finder.answer(query)
        assert isinstance(answer, Neighbors), answer
        return answer

    def job(self, ref: EmbeddingRef, layout: NDArray[np.floating], rows: list[int] | None = None) -> None:
        picked = None if rows is None else np.array(rows, np.uint32)
        self.layouts.add(JOB, JobSpec(ref, picked, 0, PcaParameters(2)), layout)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("metric", "expected"),
    [(Metric.EUCLIDEAN, [4, 2, 3]), (Metric.COSINE, [1, 4, 2]), (Metric.DOT_PRODUCT, [1, 2, 4])],
)
def test_the_nearest_rows_are_answered(world: World, metric: Metric, expected: list[int]) -> None:
    points = np.array([[1, 0], [5, 0.1], [1, 0.5], [-1, 0], [1, 0.2]], np.float32)
    answer = world.found(NeighborsQuery(world.embeddings.add("words", points), (0,), 3, metric))
    np.testing.assert_array_equal(answer.rows, [expected])
    assert (np.diff(answer.distances) >= 0).all()
    assert answer.notices == ()


def test_more_neighbors_than_rows_are_all_of_them(world: World) -> None:
    answer = world.found(NeighborsQuery(world.embeddings.add("words", clusters(10)), (3,), 1000, Metric.COSINE))
    np.testing.assert_array_equal(np.sort(answer.rows), [[0, 1, 2, 4, 5, 6, 7, 8, 9]])


def test_a_single_row_has_no_neighbors(world: World) -> None:
    answer = world.found(NeighborsQuery(world.embeddings.add("words", clusters(1)), (0,), 5, Metric.EUCLIDEAN))
    assert answer.rows.shape == answer.distances.shape == (1, 0)


def test_each_of_several_rows_has_a_list(world: World) -> None:
    ref = world.embeddings.add("words", clusters(50))
    answer = world.found(NeighborsQuery(ref, (7, 3), 4, Metric.EUCLIDEAN))
    for position, row in enumerate((7, 3)):
        alone = world.found(NeighborsQuery(ref, (row,), 4, Metric.EUCLIDEAN))
        np.testing.assert_array_equal(answer.rows[position], alone.rows[0])


@pytest.mark.parametrize("preprocessing", [Preprocessing.SPHERIZE, Preprocessing.Z_SCORE])
def test_a_preprocessed_space_is_that_of_the_whole_embedding(world: World, preprocessing: Preprocessing) -> None:
    points = np.random.default_rng(0).normal([5, 0, 9], [1, 10, 0.1], size=(80, 3)).astype(np.float32)
    points[11] = np.nan
    rows = points.astype(np.float64) - np.nanmean(points.astype(np.float64), axis=0)
    if preprocessing is Preprocessing.SPHERIZE:
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    else:
        rows /= np.nanstd(points.astype(np.float64), axis=0)
    expected = np.linalg.norm(rows - rows[4], axis=1)
    query = NeighborsQuery(world.embeddings.add("words", points), (4,), 6, Metric.EUCLIDEAN, preprocessing)
    answer = world.found(query)
    np.testing.assert_array_equal(answer.rows[0], np.argsort(expected)[1:7])
    np.testing.assert_allclose(answer.distances[0], np.sort(expected)[1:7], rtol=1e-5)


def test_rows_that_are_left_out_are_counted(world: World) -> None:
    points = clusters(30)
    points[[4, 9]], points[6] = np.nan, 0
    ref = world.embeddings.add("words", points)
    by_angle = world.found(NeighborsQuery(ref, (0,), 100, Metric.COSINE))
    by_distance = world.found(NeighborsQuery(ref, (0,), 100, Metric.EUCLIDEAN))
    assert [notice.message for notice in by_angle.notices] == [
        "2 rows with NaN or infinite values were left out.",
        "1 row of zeros, which have no direction, was left out.",
    ]
    assert by_distance.notices == by_angle.notices[:1]
    assert (by_angle.rows.shape[1], by_distance.rows.shape[1]) == (26, 27)


def test_a_layout_is_searched_among_the_rows_of_its_job(world: World) -> None:
    ref = world.embeddings.add("words", clusters(10))
    world.job(ref, np.array([[0, 0], [9, 9], [1, 0], [0, 3]]), rows=[2, 3, 5, 8])
    query = NeighborsQuery(ref, (2, 8), 2, Metric.EUCLIDEAN, layout=LayoutRef(JOB, 0))
    answer = world.found(query)
    np.testing.assert_array_equal(answer.rows, [[5, 8], [2, 5]])
    np.testing.assert_allclose(answer.distances[0], [1, 3])
    assert answer.sequence == 1


def test_an_earlier_layout_can_be_searched(world: World) -> None:
    ref = world.embeddings.add("words", clusters(3))
    world.job(ref, np.array([[0, 0], [1, 0], [2, 0]]))
    world.job(ref, np.array([[0, 0], [2, 0], [1, 0]]))
    first, newest = (
        world.found(NeighborsQuery(ref, (0,), 1, Metric.EUCLIDEAN, layout=LayoutRef(JOB, sequence)))
        for sequence in (1, 0)
    )
    assert (first.rows.tolist(), first.sequence) == ([[1]], 1)
    assert (newest.rows.tolist(), newest.sequence) == ([[2]], 2)


def test_what_cannot_be_answered_says_why(world: World) -> None:
    points = clusters(10)
    points[4, 1], points[6] = np.nan, 0
    ref = world.embeddings.add("words", points)
    other = world.embeddings.add("words", clusters(10, seed=1))
    world.job(ref, clusters(2), rows=[1, 2])

    def message(query: NeighborsQuery) -> str:
        failure = world.failure(query)
        assert failure.code == "invalid_argument"
        return failure.message

    layout = LayoutRef(JOB, 0)
    assert "below 10" in message(NeighborsQuery(ref, (3, 10), 3, Metric.COSINE))
    assert "1 to 100" in message(NeighborsQuery(ref, (), 3, Metric.COSINE))
    assert "1 to 100" in message(NeighborsQuery(ref, (1,) * 101, 3, Metric.COSINE))
    assert "row 4 holds NaN" in message(NeighborsQuery(ref, (0, 4), 3, Metric.COSINE))
    assert "row 6 is all zeros" in message(NeighborsQuery(ref, (6,), 3, Metric.COSINE))
    assert "euclidean" in message(NeighborsQuery(ref, (1,), 3, Metric.COSINE, layout=layout))
    assert "row 9 is not among the 2 rows" in message(NeighborsQuery(ref, (1, 9), 3, Metric.EUCLIDEAN, layout=layout))
    assert "another embedding" in message(NeighborsQuery(other, (1,), 3, Metric.EUCLIDEAN, layout=layout))


def test_what_is_not_there_is_not_found(world: World) -> None:
    unknown = NeighborsQuery(EmbeddingRef("birds", "x", 10, 3), (0,), 3, Metric.COSINE)
    assert world.failure(unknown) == Failure("not_found", "There is no embedding birds.")
    ref = world.embeddings.add("words", clusters(10))
    no_job = NeighborsQuery(ref, (0,), 3, Metric.EUCLIDEAN, layout=LayoutRef(JOB, 0))
    assert world.failure(no_job).code == "not_found"


def test_what_broke_inside_is_not_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(ref: EmbeddingRef, progress: Progress) -> None:
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(world.embeddings, "open", break_down)
    answer = world.failure(NeighborsQuery(EmbeddingRef("words", "x", 10, 3), (0,), 3, Metric.COSINE))
    assert answer.code == "internal"
    assert "secret" not in answer.message


def test_the_latest_embeddings_stay_open_and_all_are_closed_at_the_end(world: World) -> None:
    embeddings = world.embeddings
    refs = [embeddings.add("words", clusters(10, seed=seed)) for seed in range(6)]

    def ask(ref: EmbeddingRef) -> None:
        world.found(NeighborsQuery(ref, (0,), 3, Metric.EUCLIDEAN))

    with world.finder:
        for ref in (*refs[:4], refs[0]):
            ask(ref)
        assert (embeddings.n_opened, embeddings.n_open) == (4, 4)
        ask(refs[4])  # takes the place of the second
        ask(refs[0])
        assert (embeddings.n_opened, embeddings.n_open) == (5, 4)
        ask(refs[1])
        assert (embeddings.n_opened, embeddings.n_open) == (6, 4)
    assert embeddings.n_open == 0
