"""Jobs: the schemas of REST <-> the protobuf messages that workers and watchers read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import DecodeError

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.clients import messages as loader_messages
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.schemas import (
    Action,
    Job,
    JobFailure,
    JobRequest,
    JobSummary,
    Metric,
    Pca,
    Phase,
    Projection,
    Tsne,
)
from projector_gateway.wire_arrays import read_uint32, write_uint32

_METRICS: dict[int, Metric] = {job_pb2.COSINE: "cosine", job_pb2.EUCLIDEAN: "euclidean"}
_METRIC_NUMBERS: dict[Metric, job_pb2.Metric.ValueType] = {
    "cosine": job_pb2.COSINE,
    "euclidean": job_pb2.EUCLIDEAN,
}
_PHASES: dict[int, Phase] = {
    job_pb2.QUEUED: "queued",
    job_pb2.LOADING: "loading",
    job_pb2.NEIGHBORS: "neighbors",
    job_pb2.AFFINITIES: "affinities",
    job_pb2.RUNNING: "running",
    job_pb2.PAUSED: "paused",
    job_pb2.FINISHED: "finished",
    job_pb2.STOPPED: "stopped",
    job_pb2.FAILED: "failed",
}
_FINAL_PHASES = frozenset({job_pb2.FINISHED, job_pb2.STOPPED, job_pb2.FAILED})


@dataclass(frozen=True)
class StateSummary:
    """What the gateway itself needs of a JobState."""

    phase: Phase
    sequence: int
    """Newest stored frame; 0: none yet."""
    is_final: bool


def encode_spec(request: JobRequest, embedding: Embedding) -> bytes:
    """The serialised JobSpec of a checked request."""
    return job_pb2.JobSpec(
        embedding=encode_embedding(embedding),
        rows=write_uint32(request.rows or []),
        seed=request.seed,
        pca=_encode_pca(request.projection) if isinstance(request.projection, Pca) else None,
        tsne=_encode_tsne(request.projection) if isinstance(request.projection, Tsne) else None,
    ).SerializeToString()


def encode_embedding(embedding: Embedding) -> job_pb2.EmbeddingRef:
    """The reference by which workers fetch an embedding."""
    return job_pb2.EmbeddingRef(
        embedding_id=embedding.id, digest=embedding.digest, n_points=embedding.n_points, n_dims=embedding.n_dims
    )


def encode_metric(metric: Metric) -> job_pb2.Metric.ValueType:
    """The number of a metric."""
    return _METRIC_NUMBERS[metric]


def encode_queued_state(job_id: JobId, *, n_points: int, created_at: datetime) -> bytes:
    """The serialised JobState of a job that waits for its first worker."""
    state = job_pb2.JobState(job_id=job_id, phase=job_pb2.QUEUED, n_points=n_points)
    state.created_at.FromDatetime(created_at)
    state.updated_at.FromDatetime(created_at)
    return state.SerializeToString()


def encode_control(action: Action) -> bytes:
    """The serialised Control of one action."""
    match action:
        case "pause":
            control = job_pb2.Control(pause=job_pb2.Pause())
        case "resume":
            control = job_pb2.Control(resume=job_pb2.Resume())
        case "stop":
            control = job_pb2.Control(stop=job_pb2.Stop())
    return control.SerializeToString()


def encode_state_event(state: bytes) -> bytes:
    """The serialised JobEvent that carries a serialised JobState."""
    return job_pb2.JobEvent(state=job_pb2.JobState.FromString(state)).SerializeToString()


def decode_acknowledgement(content: bytes) -> int:
    """The newest drawn sequence that a serialised ClientEvent acknowledges.

    Raises:
        InvalidArgument: the bytes are no ClientEvent, or one without an acknowledgement.
    """
    try:
        event = job_pb2.ClientEvent.FromString(content)
    except DecodeError as error:
        raise InvalidArgument("A message from the client is no ClientEvent.") from error
    if not event.HasField("ack"):
        raise InvalidArgument("A ClientEvent must hold an ack.")
    return event.ack.sequence


def summarize_state(state: bytes) -> StateSummary:
    """Phase and newest frame of a serialised JobState."""
    message = job_pb2.JobState.FromString(state)
    return StateSummary(_PHASES[message.phase], message.sequence, message.phase in _FINAL_PHASES)


def embedding_of(spec: bytes) -> str:
    """Id of the embedding that a serialised JobSpec projects."""
    return job_pb2.JobSpec.FromString(spec).embedding.embedding_id


def decode_job(spec: bytes, state: bytes) -> Job:
    """A job from its serialised JobSpec and JobState."""
    rows = read_uint32(job_pb2.JobSpec.FromString(spec).rows).tolist() or None
    return Job(**dict(summarize_job(spec, state)), rows=rows)


def summarize_job(spec: bytes, state: bytes) -> JobSummary:
    """A job without its rows, which may be a million."""
    asked = job_pb2.JobSpec.FromString(spec)
    known = job_pb2.JobState.FromString(state)
    return JobSummary(
        id=known.job_id,
        embedding_id=asked.embedding.embedding_id,
        seed=asked.seed,
        projection=_decode_projection(asked),
        phase=_PHASES[known.phase],
        progress=known.progress,
        step=known.step,
        sequence=known.sequence,
        n_points=known.n_points,
        created_at=known.created_at.ToDatetime(tzinfo=UTC),
        failure=_decode_failure(known),
        notices=[loader_messages.problem(notice) for notice in known.notices],
        explained_variance_ratio=list(known.pca.explained_variance_ratio) if known.HasField("pca") else None,
    )


def _encode_pca(projection: Pca) -> job_pb2.PcaParameters:
    return job_pb2.PcaParameters(n_components=projection.n_components)


def _encode_tsne(projection: Tsne) -> job_pb2.TsneParameters:
    return job_pb2.TsneParameters(
        n_dims=projection.n_dims,
        perplexity=projection.perplexity,
        learning_rate=projection.learning_rate,
        early_exaggeration=projection.early_exaggeration,
        early_exaggeration_steps=projection.early_exaggeration_steps,
        n_steps=projection.n_steps,
        metric=encode_metric(projection.metric),
    )


def _decode_projection(spec: job_pb2.JobSpec) -> Projection:
    if spec.WhichOneof("projection") == "pca":
        return Pca(n_components=spec.pca.n_components)
    tsne = spec.tsne
    return Tsne(
        n_dims=3 if tsne.n_dims == 3 else 2,
        perplexity=tsne.perplexity,
        learning_rate=tsne.learning_rate,
        early_exaggeration=tsne.early_exaggeration,
        early_exaggeration_steps=tsne.early_exaggeration_steps,
        n_steps=tsne.n_steps,
        metric=_METRICS[tsne.metric],
    )


def _decode_failure(state: job_pb2.JobState) -> JobFailure | None:
    if not state.HasField("failure"):
        return None
    return JobFailure(code=state.failure.code, message=state.failure.message)
