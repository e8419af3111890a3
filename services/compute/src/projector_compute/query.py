"""The use case of an interactive query: the nearest neighbors of some rows."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import InvalidArgument
from projector_compute.answering import answered, left_out
from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.search_space import SearchSpace, transformed_space
from projector_compute.model import Failure, Notice
from projector_compute.ports import EmbeddingStore, LayoutStore
from projector_compute.questions import KeptLayout, LayoutRef, Neighbors, NeighborsQuery
from projector_compute.rows import transform_of
from projector_compute.specs import EmbeddingRef, Float32Array, Metric, Preprocessing

_OPEN_EMBEDDINGS = 4
"""Mapped at the same time. What is mapped cannot be removed from the cache, so it must not be many."""
MAX_ROWS = 100
"""Rows of one query: as many passes over the embedding hold the next query up."""
_DISTANCES = {
    Metric.EUCLIDEAN: Distance.EUCLIDEAN,
    Metric.COSINE: Distance.COSINE,
    Metric.DOT_PRODUCT: Distance.DOT_PRODUCT,
}


@dataclass
class _OpenEmbedding:
    points: Float32Array
    close: contextlib.ExitStack
    spaces: dict[Preprocessing, SearchSpace] = field(default_factory=dict)

    def space(self, preprocessing: Preprocessing) -> SearchSpace:
        if preprocessing not in self.spaces:
            self.spaces[preprocessing] = transformed_space(self.points, transform_of(preprocessing, self.points))
        return self.spaces[preprocessing]


class NeighborFinder:
    """Answers queries; keeps the embeddings of the latest ones mapped, with what was found out about their rows."""

    def __init__(self, embeddings: EmbeddingStore, layouts: LayoutStore) -> None:
        self._embeddings = embeddings
        self._layouts = layouts
        self._open: OrderedDict[str, _OpenEmbedding] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._open:
            self._close_oldest()

    def answer(self, query: NeighborsQuery) -> Neighbors | Failure:
        """The neighbors, or why they cannot be had; nothing is raised."""
        return answered(lambda: self._find(query), what="neighbors", embedding_or_job=query.embedding.embedding_id)

    def _find(self, query: NeighborsQuery) -> Neighbors:
        _check(query)
        rows = np.array(query.rows)
        if query.layout is not None:
            return self._find_in_layout(query, query.layout, rows)
        space = self._embedding(query.embedding).space(query.preprocessing)
        return _search(query, space, rows, rows)

    def _find_in_layout(self, query: NeighborsQuery, layout: LayoutRef, rows: NDArray[np.intp]) -> Neighbors:
        kept = self._layouts.read(layout)
        if kept.spec.embedding.digest != query.embedding.digest:
            raise InvalidArgument(
                f"Job {layout.job_id} projects another embedding, or this one as it was before its file changed."
            )
        found = _search(query, transformed_space(kept.layout), rows, _positions(kept, rows))
        if kept.spec.rows is None:
            return Neighbors(found.rows, found.distances, found.notices, kept.sequence)
        return Neighbors(kept.spec.rows[found.rows], found.distances, found.notices, kept.sequence)

    def _embedding(self, ref: EmbeddingRef) -> _OpenEmbedding:
        known = self._open.get(ref.digest)
        if known is not None:
            self._open.move_to_end(ref.digest)
            return known
        while len(self._open) >= _OPEN_EMBEDDINGS:
            self._close_oldest()
        with contextlib.ExitStack() as stack:
            points = stack.enter_context(self._embeddings.open(ref, lambda done: None))
            opened = _OpenEmbedding(points, stack.pop_all())
        self._open[ref.digest] = opened
        return opened

    def _close_oldest(self) -> None:
        _, oldest = self._open.popitem(last=False)
        oldest.close.close()


def _check(query: NeighborsQuery) -> None:
    if not 1 <= len(query.rows) <= MAX_ROWS:
        raise InvalidArgument(f"rows holds {len(query.rows)} rows; a query may ask about 1 to {MAX_ROWS}.")
    n_points = query.embedding.n_points
    if max(query.rows) >= n_points:
        raise InvalidArgument(f"row is {max(query.rows)}; it must be below {n_points}, the embedding's number of rows.")
    if query.layout is not None and query.metric is not Metric.EUCLIDEAN:
        raise InvalidArgument(f"metric is {query.metric.value}; in a layout distances are euclidean.")


def _positions(kept: KeptLayout, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where rows of the embedding stand in the layout."""
    if kept.spec.rows is None:
        return rows
    positions = np.minimum(np.searchsorted(kept.spec.rows, rows), len(kept.spec.rows) - 1)
    strange = rows[kept.spec.rows[positions] != rows]
    if len(strange):
        raise InvalidArgument(f"row {strange[0]} is not among the {len(kept.spec.rows)} rows of the job.")
    return positions


def _search(
    query: NeighborsQuery, space: SearchSpace, rows: NDArray[np.intp], positions: NDArray[np.intp]
) -> Neighbors:
    """Search a space, where the query's rows stand at these positions."""
    lengths = space.lengths[positions]
    holed = rows[np.isnan(lengths)]
    if len(holed):
        raise InvalidArgument(f"row {holed[0]} holds NaN or infinite values and has no neighbors.")
    zero = rows[lengths == 0]
    if len(zero) and query.metric is Metric.COSINE:
        raise InvalidArgument(f"row {zero[0]} is all zeros and has no direction; ask for euclidean distances.")
    return Neighbors(
        *nearest(space, positions, query.n_neighbors, _DISTANCES[query.metric]), _notices(space, query.metric)
    )


def _notices(space: SearchSpace, metric: Metric) -> tuple[Notice, ...]:
    notices = []
    if space.n_not_finite:
        notices.append(left_out(space.n_not_finite, "with NaN or infinite values"))
    if space.n_zero and metric is Metric.COSINE:
        notices.append(left_out(space.n_zero, "of zeros, which have no direction,"))
    return tuple(notices)
