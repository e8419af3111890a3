"""Jobs: the schemas of REST <-> the protobuf messages that workers and watchers read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from pydantic import TypeAdapter

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.names import JobId
from projector_gateway.clients import messages as loader_messages
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.control_messages import decode_applied
from projector_gateway.jobs.projection_messages import read_projection, write_projection
from projector_gateway.jobs.projections import Metric, Preprocessing, Projection, Tsne, Umap
from projector_gateway.jobs.schemas import (
    Axis,
    FrameRef,
    Job,
    JobFailure,
    JobRequest,
    JobSummary,
    Phase,
    PhaseTime,
)
from projector_gateway.people.schemas import Person, read_person, write_person
from projector_gateway.wire_arrays import read_uint32, write_uint32

_PROJECTION: TypeAdapter[Projection] = TypeAdapter(Projection)
_PREPROCESSINGS: dict[int, Preprocessing] = {
    job_pb2.PREPROCESSING_UNSPECIFIED: "none",
    job_pb2.NONE: "none",
    job_pb2.SPHERIZE: "spherize",
    job_pb2.Z_SCORE: "z_score",
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


@dataclass(frozen=True)
class SteeringTarget:
    """What has to be known of a job before it is steered."""

    is_tsne: bool
    embedding_id: str
    rows: list[int] | None


@dataclass(frozen=True)
class Drawn:
    """A watcher has drawn every frame up to this one."""

    sequence: int


@dataclass(frozen=True)
class Visibility:
    """Whether anybody can see a watcher."""

    is_hidden: bool


def encode_spec(request: JobRequest, embedding: Embedding, forked_from: FrameRef | None = None) -> bytes:
    """The serialised JobSpec of a checked and resolved request.

    Args:
        forked_from: the frame whose layout is the request's initial layout.
    """
    spec = job_pb2.JobSpec(
        embedding=encode_embedding(embedding),
        rows=write_uint32(request.rows or []),
        seed=request.seed,
        preprocessing=job_pb2.Preprocessing.Value(request.preprocessing.upper()),
    )
    if forked_from is not None:
        spec.forked_from.CopyFrom(job_pb2.FrameRef(**forked_from.model_dump()))
    write_projection(request.projection, spec)
    return spec.SerializeToString()


def encode_embedding(embedding: Embedding) -> job_pb2.EmbeddingRef:
    """The reference by which workers fetch an embedding."""
    return job_pb2.EmbeddingRef(
        embedding_id=embedding.id, digest=embedding.digest, n_points=embedding.n_points, n_dims=embedding.n_dims
    )


def encode_metric(metric: Metric) -> job_pb2.Metric.ValueType:
    """The number of a metric."""
    return job_pb2.Metric.Value(metric.upper())


def encode_queued_state(job_id: JobId, *, n_points: int, created_at: datetime, started_by: Person) -> bytes:
    """The serialised JobState of a job that waits for its first worker."""
    state = job_pb2.JobState(
        job_id=job_id, phase=job_pb2.QUEUED, n_points=n_points, started_by=write_person(started_by)
    )
    for moment in (state.created_at, state.updated_at, state.phase_began_at):
        moment.FromDatetime(created_at)
    return state.SerializeToString()


def encode_state_event(state: bytes) -> bytes:
    """The serialised JobEvent that carries a serialised JobState."""
    return job_pb2.JobEvent(state=job_pb2.JobState.FromString(state)).SerializeToString()


def decode_client_event(content: bytes) -> Drawn | Visibility:
    """What a serialised ClientEvent says.

    Raises:
        InvalidArgument: the bytes are no ClientEvent, or an empty one.
    """
    try:
        event = job_pb2.ClientEvent.FromString(content)
    except DecodeError as error:
        raise InvalidArgument("A message from the client is no ClientEvent.") from error
    match event.WhichOneof("event"):
        case "ack":
            return Drawn(event.ack.sequence)
        case "visibility":
            return Visibility(event.visibility.is_hidden)
        case _:
            raise InvalidArgument("A ClientEvent must hold an ack or a visibility.")


def summarize_state(state: bytes) -> StateSummary:
    """Phase and newest frame of a serialised JobState."""
    message = job_pb2.JobState.FromString(state)
    return StateSummary(_PHASES[message.phase], message.sequence, message.phase in _FINAL_PHASES)


def step_of_frame(event: bytes) -> int:
    """The step that a serialised JobEvent with a frame shows."""
    return job_pb2.JobEvent.FromString(event).frame.step


def embedding_of(spec: bytes) -> str:
    """Id of the embedding that a serialised JobSpec projects."""
    return job_pb2.JobSpec.FromString(spec).embedding.embedding_id


def steering_target(spec: bytes) -> SteeringTarget:
    """The same of a serialised JobSpec."""
    message = job_pb2.JobSpec.FromString(spec)
    rows = read_uint32(message.rows).tolist() or None
    return SteeringTarget(message.HasField("tsne"), message.embedding.embedding_id, rows)


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
        preprocessing=decode_preprocessing(asked),
        projection=_decode_projection(asked),
        phase=_PHASES[known.phase],
        progress=known.progress,
        step=known.step,
        sequence=known.sequence,
        n_points=known.n_points,
        created_at=known.created_at.ToDatetime(tzinfo=UTC),
        started_by=read_person(known.started_by) if known.HasField("started_by") else None,
        forked_from=_decode_fork(asked),
        queue_place=known.queue_place or None,
        remaining_seconds=known.remaining_seconds if known.HasField("remaining_seconds") else None,
        interruption=known.interruption or None,
        times=[PhaseTime(phase=_PHASES[time.phase], seconds=time.seconds) for time in known.times],
        failure=_decode_failure(known),
        notices=[loader_messages.problem(notice) for notice in known.notices],
        controls=[decode_applied(applied) for applied in known.controls],
        explained_variance_ratio=list(known.pca.explained_variance_ratio) if known.HasField("pca") else None,
        is_approximate=known.pca.is_approximate if known.HasField("pca") else None,
        axes=_decode_axes(known.custom) if known.HasField("custom") else None,
    )


def decode_preprocessing(spec: job_pb2.JobSpec) -> Preprocessing:
    """What is done to rows first; raises ``InvalidArgument`` for what nobody knows."""
    if spec.preprocessing not in _PREPROCESSINGS:
        raise InvalidArgument(f"preprocessing {spec.preprocessing} is unknown; allowed are none, spherize and z_score.")
    return _PREPROCESSINGS[spec.preprocessing]


def _decode_projection(spec: job_pb2.JobSpec) -> Projection:
    """The projection without its bulk: an array that has been given is not told again."""
    projection = _PROJECTION.validate_python(read_projection(spec))
    match projection:
        case Tsne() | Umap():
            supervision = projection.supervision
            told: dict[str, object] = {"initial_layout": None}
            if supervision is not None:
                told["supervision"] = supervision.model_copy(update={"labels": None})
            return projection.model_copy(update=told)
        case _:
            return projection


def _decode_fork(spec: job_pb2.JobSpec) -> FrameRef | None:
    if not spec.HasField("forked_from"):
        return None
    origin = spec.forked_from
    return FrameRef(job_id=origin.job_id, sequence=origin.sequence, step=origin.step)


def _decode_axes(result: job_pb2.CustomResult) -> list[Axis]:
    return [Axis(n_from=axis.n_from, n_to=axis.n_to, length=axis.length) for axis in result.axes]


def _decode_failure(state: job_pb2.JobState) -> JobFailure | None:
    if not state.HasField("failure"):
        return None
    return JobFailure(code=state.failure.code, message=state.failure.message)
