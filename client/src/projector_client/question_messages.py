"""Messages of questions as the values of ``questions``, and back, nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from projector_client.errors import InvalidArgument
from projector_client.messages import problems
from projector_client.questions import Neighbors, Quality, Score
from projector_contracts.compute.v1 import query_pb2


def pack_queries(rows: ArrayLike) -> bytes:
    """Rows asked about as uint32 little-endian; raises ``InvalidArgument`` for what are no rows."""
    indices = np.atleast_1d(np.asarray(rows))
    if indices.ndim != 1 or indices.size == 0 or not np.issubdtype(indices.dtype, np.integer):
        raise InvalidArgument("rows must be a whole number or a non-empty sequence of them.")
    if indices.min() < 0 or indices.max() >= 2**32:
        raise InvalidArgument("rows must be indices from 0.")
    return indices.astype("<u4").tobytes()


def neighbors(message: query_pb2.Neighbors) -> Neighbors:
    """The neighbors of each row asked about."""
    n_neighbors = message.n_neighbors
    n_queries = len(message.rows) // (4 * n_neighbors) if n_neighbors else 0
    shape = (n_queries, n_neighbors)
    return Neighbors(
        np.frombuffer(message.rows, "<u4").reshape(shape).astype(np.uint32, copy=False),
        np.frombuffer(message.distances, "<f4").reshape(shape).astype(np.float32, copy=False),
        problems(message.notices),
        message.sequence if message.HasField("sequence") else None,
    )


def quality(message: query_pb2.Quality) -> Quality:
    """The scores of a layout."""
    return Quality(
        sequence=message.sequence,
        n_points=message.n_points,
        n_neighbors=message.n_neighbors,
        n_sampled=message.n_sampled,
        trustworthiness=_score(message.trustworthiness),
        continuity=_score(message.continuity),
        neighbor_preservation=_score(message.neighbor_preservation),
        distance_rank_correlation=(
            _score(message.distance_rank_correlation) if message.HasField("distance_rank_correlation") else None
        ),
        notices=problems(message.notices),
        preservation=np.frombuffer(message.preservation, "<f4").astype(np.float32, copy=False),
    )


def _score(message: query_pb2.Score) -> Score:
    return Score(message.value, message.standard_error)
