"""The gateway's schemas as messages of ``projector.api.v1``, and requests of programs as schemas."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from projector_chassis.errors import InvalidArgument
from projector_contracts.api.v1 import api_pb2
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.compute.v1 import job_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway.clients.messages import UPLOAD_ROLES
from projector_gateway.datasets import schemas
from projector_gateway.jobs import control_messages
from projector_gateway.jobs.controls import Control
from projector_gateway.jobs.messages import decode_preprocessing
from projector_gateway.jobs.projection_messages import read_projection, read_rows
from projector_gateway.jobs.repository import StoredJob
from projector_gateway.jobs.schemas import ForkRequest, JobRequest
from projector_gateway.problem import in_words
from projector_gateway.uploads.schemas import Role, UploadRequest, UploadRules

_SEVERITIES = {
    "notice": problem_pb2.Problem.NOTICE,
    "warning": problem_pb2.Problem.WARNING,
    "error": problem_pb2.Problem.ERROR,
}
_COLUMN_TYPES = {
    "integer": loader_pb2.INTEGER,
    "number": loader_pb2.NUMBER,
    "date_time": loader_pb2.DATE_TIME,
    "boolean": loader_pb2.BOOLEAN,
    "category": loader_pb2.CATEGORY,
    "text": loader_pb2.TEXT,
}


@dataclass(frozen=True)
class UploadedHeader:
    """What is said of a file before it arrives; ``n_bytes`` is 0 where its size is not known."""

    upload_id: str
    role: Role
    file_name: str
    n_bytes: int


def encode_run(run: schemas.Run) -> loader_pb2.Run:
    """A run with its embeddings."""
    return loader_pb2.Run(
        id=run.id,
        name=run.name,
        embeddings=[_encode_summary(summary) for summary in run.embeddings],
        checkpoints=[loader_pb2.Checkpoint(name=each.name, step=each.step) for each in run.checkpoints],
        rejected=[
            loader_pb2.RejectedTensor(
                tensor_name=each.tensor_name, shape=each.shape, dtype=each.dtype, reason=each.reason
            )
            for each in run.rejected
        ],
        problems=[_encode_problem(problem) for problem in run.problems],
        is_upload=run.is_upload,
    )


def encode_embedding(embedding: schemas.Embedding) -> loader_pb2.Embedding:
    """Everything known of one embedding."""
    return loader_pb2.Embedding(
        summary=_encode_summary(embedding),
        run_name=embedding.run_name,
        dtype=embedding.dtype,
        digest=embedding.digest,
        columns=[_encode_column(column) for column in embedding.columns],
        sprite=None if embedding.sprite is None else loader_pb2.SpriteGeometry(**embedding.sprite.model_dump()),
        has_bookmarks=embedding.has_bookmarks,
        problems=[_encode_problem(problem) for problem in embedding.problems],
    )


def encode_job(job: StoredJob) -> api_pb2.Job:
    """A job as it is stored."""
    return api_pb2.Job(spec=job_pb2.JobSpec.FromString(job.spec), state=job_pb2.JobState.FromString(job.state))


def encode_listed_job(job: StoredJob) -> api_pb2.Job:
    """A job without its rows, which may be a million."""
    message = encode_job(job)
    message.spec.ClearField("rows")
    return message


def decode_control(control: job_pb2.Control) -> Control:
    """What a control asks for.

    Raises:
        InvalidArgument: it asks for nothing, or for what is not allowed.
    """
    try:
        return control_messages.decode_control(control)
    except ValidationError as error:
        raise InvalidArgument(in_words([{**each, "loc": ("", *each["loc"])} for each in error.errors()])) from error


def decode_job_request(spec: job_pb2.JobSpec) -> JobRequest:
    """What a program asks to compute; parameters that are absent take the defaults of REST.

    Raises:
        InvalidArgument: naming the fields that are wrong and what is allowed.
    """
    fields: dict[str, Any] = {
        "embedding_id": spec.embedding.embedding_id,
        "rows": read_rows(spec.rows, "rows") or None,
        "seed": spec.seed,
        "preprocessing": decode_preprocessing(spec),
        "projection": read_projection(spec),
    }
    try:
        return JobRequest.model_validate(fields)
    except ValidationError as error:
        raise InvalidArgument(in_words([{**each, "loc": ("spec", *each["loc"])} for each in error.errors()])) from error


def decode_fork_request(request: api_pb2.ForkJobRequest) -> ForkRequest:
    """What a program asks to fork.

    Raises:
        InvalidArgument: naming the fields that are wrong and what is allowed.
    """
    spec = request.spec
    fields: dict[str, Any] = {"sequence": request.sequence, "seed": spec.seed, "projection": read_projection(spec)}
    try:
        return ForkRequest.model_validate(fields)
    except ValidationError as error:
        raise InvalidArgument(in_words([{**each, "loc": ("spec", *each["loc"])} for each in error.errors()])) from error


def encode_upload_rules(rules: UploadRules) -> loader_pb2.UploadRules:
    """Whether and how much can be uploaded."""
    return loader_pb2.UploadRules(**rules.model_dump())


def decode_upload_header(chunk: loader_pb2.UploadChunk | None) -> UploadedHeader:
    """What the first message of an upload says.

    Raises:
        InvalidArgument: it is no header, or its role is none.
    """
    if chunk is None or chunk.WhichOneof("part") != "header":
        raise InvalidArgument("The first message of an upload has to be its header.")
    header = chunk.header
    role = next((role for role, number in UPLOAD_ROLES.items() if number == header.role), None)
    if role is None:
        raise InvalidArgument(f"role is {header.role}; allowed are {', '.join(map(str.upper, UPLOAD_ROLES))}.")
    return UploadedHeader(header.upload_id, role, header.file_name, header.n_bytes)


async def decode_upload_parts(chunks: AsyncIterator[loader_pb2.UploadChunk]) -> AsyncIterator[bytes]:
    """The file that the messages behind the header hold.

    Raises:
        InvalidArgument: at the end, where the stream has broken off.
    """
    n_bytes = 0
    async for chunk in chunks:
        if chunk.WhichOneof("part") == "end" and chunk.end == n_bytes:
            return
        n_bytes += len(chunk.content)
        yield chunk.content
    raise InvalidArgument(f"The upload broke off after {n_bytes:,} bytes; send it again.")


def decode_upload_request(request: loader_pb2.FinishUploadRequest) -> UploadRequest:
    """What shall become of the files that have arrived.

    Raises:
        InvalidArgument: naming the fields that are wrong and what is allowed.
    """
    fields = {
        "name": request.name,
        "tensor_shape": list(request.tensor_shape) or None,
        "thumbnail_px": list(request.thumbnail_px) or None,
    }
    try:
        return UploadRequest.model_validate(fields)
    except ValidationError as error:
        raise InvalidArgument(in_words([{**each, "loc": ("", *each["loc"])} for each in error.errors()])) from error


def _encode_summary(summary: schemas.EmbeddingSummary | schemas.Embedding) -> loader_pb2.EmbeddingSummary:
    return loader_pb2.EmbeddingSummary(
        id=summary.id,
        run_id=summary.run_id,
        tensor_name=summary.tensor_name,
        display_name=summary.display_name,
        step=summary.step,
        n_points=summary.n_points,
        n_dims=summary.n_dims,
        version=summary.version,
    )


def _encode_column(column: schemas.Column) -> loader_pb2.ColumnSummary:
    return loader_pb2.ColumnSummary(
        name=column.name,
        type=_COLUMN_TYPES[column.type],
        n_unique=column.n_unique,
        n_missing=column.n_missing,
        minimum=column.minimum,
        maximum=column.maximum,
        top_values=[loader_pb2.ValueCount(value=each.value, count=each.count) for each in column.top_values],
    )


def _encode_problem(problem: schemas.Problem) -> problem_pb2.Problem:
    return problem_pb2.Problem(severity=_SEVERITIES[problem.severity], subject=problem.subject, message=problem.message)
