from __future__ import annotations

import numpy as np
import pytest

from fakes.stores import InMemoryEmbeddings
from fakes.workshop import clusters
from projector_compute.model import EmbeddingRef, Failure, Metric, Neighbors, NeighborsQuery
from projector_compute.ports import Progress
from projector_compute.query import NeighborFinder


@pytest.fixture
def embeddings() -> InMemoryEmbeddings:
    return InMemoryEmbeddings()


@pytest.mark.parametrize("metric", Metric)
def test_the_nearest_rows_are_answered(embeddings: InMemoryEmbeddings, metric: Metric) -> None:
    points = np.array([[1, 0], [5, 0.1], [1, 0.5], [-1, 0], [1, 0.2]], np.float32)
    ref = embeddings.add("words", points)
    with NeighborFinder(embeddings) as finder:
        answer = finder.answer(NeighborsQuery(ref, 0, 3, metric))
    assert isinstance(answer, Neighbors)
    expected = {Metric.EUCLIDEAN: [4, 2, 3], Metric.COSINE: [1, 4, 2], Metric.DOT_PRODUCT: [1, 2, 4]}
    np.testing.assert_array_equal(answer.rows, expected[metric])
    assert (np.diff(answer.distances) >= 0).all()


def test_more_neighbors_than_rows_are_all_of_them(embeddings: InMemoryEmbeddings) -> None:
    ref = embeddings.add("words", clusters(10))
    with NeighborFinder(embeddings) as finder:
        answer = finder.answer(NeighborsQuery(ref, 3, 1000, Metric.COSINE))
    assert isinstance(answer, Neighbors)
    assert sorted(answer.rows) == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_what_cannot_be_answered_says_why(embeddings: InMemoryEmbeddings) -> None:
    points = clusters(10)
    points[4, 1], points[6] = np.nan, 0
    ref = embeddings.add("words", points)
    with NeighborFinder(embeddings) as finder:
        zero = finder.answer(NeighborsQuery(ref, 6, 3, Metric.COSINE))
        outside = finder.answer(NeighborsQuery(ref, 10, 3, Metric.COSINE))
        holed = finder.answer(NeighborsQuery(ref, 4, 3, Metric.COSINE))
        unknown = finder.answer(NeighborsQuery(EmbeddingRef("birds", "x", 10, 3), 0, 3, Metric.COSINE))
    assert outside == Failure("invalid_argument", "row is 10; it must be below 10, the embedding's number of rows.")
    assert holed == Failure("invalid_argument", "row 4 holds NaN or infinite values and has no neighbors.")
    assert zero == Failure("invalid_argument", "row 6 is all zeros and has no direction; ask for euclidean distances.")
    assert unknown == Failure("not_found", "There is no embedding birds.")


def test_what_broke_inside_is_not_shown(embeddings: InMemoryEmbeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(ref: EmbeddingRef, progress: Progress) -> None:
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(embeddings, "open", break_down)
    with NeighborFinder(embeddings) as finder:
        answer = finder.answer(NeighborsQuery(EmbeddingRef("words", "x", 10, 3), 0, 3, Metric.COSINE))
    assert isinstance(answer, Failure)
    assert answer.code == "internal"
    assert "secret" not in answer.message


def test_the_latest_embeddings_stay_open_and_all_are_closed_at_the_end(embeddings: InMemoryEmbeddings) -> None:
    refs = [embeddings.add("words", clusters(10, seed=seed)) for seed in range(6)]

    def ask(ref: EmbeddingRef) -> None:
        assert isinstance(finder.answer(NeighborsQuery(ref, 0, 3, Metric.EUCLIDEAN)), Neighbors)

    with NeighborFinder(embeddings) as finder:
        for ref in (*refs[:4], refs[0]):
            ask(ref)
        assert (embeddings.n_opened, embeddings.n_open) == (4, 4)
        ask(refs[4])  # takes the place of the second
        ask(refs[0])
        assert (embeddings.n_opened, embeddings.n_open) == (5, 4)
        ask(refs[1])
        assert (embeddings.n_opened, embeddings.n_open) == (6, 4)
    assert embeddings.n_open == 0
