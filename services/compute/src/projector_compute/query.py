"""The use case of an interactive query: the nearest neighbors of one row."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import structlog

from projector_chassis.errors import InvalidArgument, PublicError
from projector_compute.core.nearest import Distance, nearest
from projector_compute.core.search_space import SearchSpace, transformed_space
from projector_compute.model import EmbeddingRef, Failure, Metric, Neighbors, NeighborsQuery
from projector_compute.ports import EmbeddingStore

_LOG = structlog.get_logger(__name__)

_OPEN_EMBEDDINGS = 4
"""Mapped at the same time. What is mapped cannot be removed from the cache, so it must not be many."""


_DISTANCES = {
    Metric.EUCLIDEAN: Distance.EUCLIDEAN,
    Metric.COSINE: Distance.COSINE,
    Metric.DOT_PRODUCT: Distance.DOT_PRODUCT,
}


@dataclass
class _OpenEmbedding:
    space: SearchSpace
    close: contextlib.ExitStack


class NeighborFinder:
    """Answers queries; keeps the embeddings of the latest ones mapped, with their rows' lengths."""

    def __init__(self, embeddings: EmbeddingStore) -> None:
        self._embeddings = embeddings
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
        try:
            return self._find(query)
        except PublicError as error:
            return Failure(error.code, error.message)
        except Exception:
            _LOG.exception("neighbors failed", embedding_id=query.embedding.embedding_id)
            return Failure("internal", "The neighbors could not be computed; the worker's log holds the cause.")

    def _find(self, query: NeighborsQuery) -> Neighbors:
        n_points = query.embedding.n_points
        if query.row >= n_points:
            raise InvalidArgument(f"row is {query.row}; it must be below {n_points}, the embedding's number of rows.")
        space = self._embedding(query.embedding).space
        length = space.lengths[query.row]
        if np.isnan(length):
            raise InvalidArgument(f"row {query.row} holds NaN or infinite values and has no neighbors.")
        if query.metric is Metric.COSINE and length == 0:
            raise InvalidArgument(f"row {query.row} is all zeros and has no direction; ask for euclidean distances.")
        rows, distances = nearest(space, np.array([query.row]), query.n_neighbors, _DISTANCES[query.metric])
        return Neighbors(rows[0], distances[0])

    def _embedding(self, ref: EmbeddingRef) -> _OpenEmbedding:
        known = self._open.get(ref.digest)
        if known is not None:
            self._open.move_to_end(ref.digest)
            return known
        while len(self._open) >= _OPEN_EMBEDDINGS:
            self._close_oldest()
        with contextlib.ExitStack() as stack:
            points = stack.enter_context(self._embeddings.open(ref, lambda done: None))
            opened = _OpenEmbedding(transformed_space(points), stack.pop_all())
        self._open[ref.digest] = opened
        return opened

    def _close_oldest(self) -> None:
        _, oldest = self._open.popitem(last=False)
        oldest.close.close()
