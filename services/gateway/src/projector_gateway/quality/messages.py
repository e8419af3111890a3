"""Quality: the schemas of REST <-> the protobuf messages of the workers."""

from __future__ import annotations

from projector_contracts.compute.v1 import query_pb2
from projector_contracts.names import JobId
from projector_gateway.clients import messages as loader_messages
from projector_gateway.clients.answers import read_answer
from projector_gateway.neighbors.messages import encode_layout
from projector_gateway.quality.schemas import Quality, QualityRequest, Score


def encode_query(job_id: JobId, request: QualityRequest) -> bytes:
    """The serialised QualityQuery."""
    query = query_pb2.QualityQuery(layout=encode_layout(job_id, request.sequence), n_neighbors=request.n_neighbors)
    return query.SerializeToString()


def decode_scores(content: bytes) -> Quality:
    """The scores in a serialised QueryAnswer; raises the failure that the worker answered with."""
    found = read_answer(content).quality
    return Quality(
        sequence=found.sequence,
        n_points=found.n_points,
        n_neighbors=found.n_neighbors,
        n_sampled=found.n_sampled,
        trustworthiness=_score(found.trustworthiness),
        continuity=_score(found.continuity),
        neighbor_preservation=_score(found.neighbor_preservation),
        distance_rank_correlation=(
            _score(found.distance_rank_correlation) if found.HasField("distance_rank_correlation") else None
        ),
        notices=[loader_messages.problem(notice) for notice in found.notices],
    )


def decode_points(content: bytes) -> bytes:
    """The preserved part of each row's neighbors as float32 little-endian; raises as ``decode_scores``."""
    return read_answer(content).quality.preservation


def _score(message: query_pb2.Score) -> Score:
    return Score(value=message.value, standard_error=message.standard_error)
