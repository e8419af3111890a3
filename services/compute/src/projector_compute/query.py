"""The use case of an interactive query: the nearest neighbors of one row."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Self

import numpy as np
import structlog

from projector_chassis.errors import InvalidArgument, PublicError
from projector_compute.core.nearest import nearest_by_cosine, nearest_by_euclidean, row_norms
from projector_compute.model import EmbeddingRef, Failure, Float32Array, Metric, Neighbors, NeighborsQuery
from projector_compute.ports import EmbeddingStore

_LOG = structlog.get_logger(__name__)

_OPEN_EMBEDDINGS = 4
"""Mapped at the same time. What is mapped cannot be removed from the cache, so it must not be many."""


@dataclass
class _OpenEmbedding:
    points: Float32Array
    close: contextlib.ExitStack

    @cached_property
    def norms(self) -> Float32Array:
        return row_norms(self.points)


class NeighborFinder:
    """Answers queries; keeps the embeddings of the latest ones mapped, with their norms."""

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
        embedding = self._embedding(query.embedding)
        if not np.isfinite(embedding.points[query.row]).all():
            raise InvalidArgument(f"row {query.row} holds NaN or infinite values and has no neighbors.")
        n_neighbors = min(query.n_neighbors, n_points - 1)
        if query.metric is Metric.COSINE:
            return Neighbors(*nearest_by_cosine(embedding.points, embedding.norms, query.row, n_neighbors))
        return Neighbors(*nearest_by_euclidean(embedding.points, query.row, n_neighbors))

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
