"""The loader's protobuf messages as the gateway's schemas."""

from __future__ import annotations

from typing import Literal

from projector_contracts.common.v1 import problem_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway.datasets import schemas
from projector_gateway.uploads.schemas import Role

_SEVERITIES: dict[int, Literal["notice", "warning", "error"]] = {
    problem_pb2.Problem.NOTICE: "notice",
    problem_pb2.Problem.WARNING: "warning",
    problem_pb2.Problem.ERROR: "error",
}
_COLUMN_TYPES: dict[int, schemas.ColumnType] = {
    loader_pb2.INTEGER: "integer",
    loader_pb2.NUMBER: "number",
    loader_pb2.DATE_TIME: "date_time",
    loader_pb2.BOOLEAN: "boolean",
    loader_pb2.CATEGORY: "category",
    loader_pb2.TEXT: "text",
}

UPLOAD_ROLES: dict[Role, loader_pb2.UploadRole.ValueType] = {
    "tensor": loader_pb2.TENSOR,
    "metadata": loader_pb2.METADATA,
    "sprite": loader_pb2.SPRITE,
}


def problem(message: problem_pb2.Problem) -> schemas.Problem:
    """A problem; one without a severity counts as an error."""
    severity = _SEVERITIES.get(message.severity, "error")
    return schemas.Problem(severity=severity, subject=message.subject, message=message.message)


def run(message: loader_pb2.Run) -> schemas.Run:
    """A run with its embeddings."""
    return schemas.Run(
        id=message.id,
        name=message.name,
        embeddings=[embedding_summary(summary) for summary in message.embeddings],
        checkpoints=[
            schemas.Checkpoint(name=checkpoint.name, step=checkpoint.step if checkpoint.HasField("step") else None)
            for checkpoint in message.checkpoints
        ],
        rejected=[
            schemas.RejectedTensor(
                tensor_name=tensor.tensor_name, shape=list(tensor.shape), dtype=tensor.dtype, reason=tensor.reason
            )
            for tensor in message.rejected
        ],
        problems=[problem(each) for each in message.problems],
        is_upload=message.is_upload,
    )


def diagnosis(message: loader_pb2.Diagnosis) -> schemas.Diagnosis:
    """What was searched for runs."""
    return schemas.Diagnosis(
        n_folders=message.n_folders,
        findings=[
            schemas.Finding(folder=each.folder, is_run=each.is_run, message=each.message) for each in message.findings
        ],
        passed_over=list(message.passed_over),
        problems=[problem(each) for each in message.problems],
    )


def embedding_summary(message: loader_pb2.EmbeddingSummary) -> schemas.EmbeddingSummary:
    """What a list of embeddings shows of one."""
    return schemas.EmbeddingSummary(
        id=message.id,
        run_id=message.run_id,
        tensor_name=message.tensor_name,
        display_name=message.display_name,
        step=message.step if message.HasField("step") else None,
        n_points=message.n_points,
        n_dims=message.n_dims,
        version=message.version,
    )


def embedding(message: loader_pb2.Embedding) -> schemas.Embedding:
    """Everything known of one embedding."""
    return schemas.Embedding(
        **dict(embedding_summary(message.summary)),
        run_name=message.run_name,
        dtype=message.dtype,
        digest=message.digest,
        columns=[_column(column) for column in message.columns],
        sprite=_sprite(message.sprite) if message.HasField("sprite") else None,
        has_bookmarks=message.has_bookmarks,
        problems=[problem(each) for each in message.problems],
    )


def _column(message: loader_pb2.ColumnSummary) -> schemas.Column:
    return schemas.Column(
        name=message.name,
        type=_COLUMN_TYPES[message.type],
        n_unique=message.n_unique,
        n_missing=message.n_missing,
        minimum=message.minimum if message.HasField("minimum") else None,
        maximum=message.maximum if message.HasField("maximum") else None,
        top_values=[schemas.ValueCount(value=each.value, count=each.count) for each in message.top_values],
    )


def _sprite(message: loader_pb2.SpriteGeometry) -> schemas.Sprite:
    return schemas.Sprite(
        image_width_px=message.image_width_px,
        image_height_px=message.image_height_px,
        thumbnail_width_px=message.thumbnail_width_px,
        thumbnail_height_px=message.thumbnail_height_px,
        n_columns=message.n_columns,
        levels=[
            schemas.SpriteLevel(
                thumbnail_width_px=level.thumbnail_width_px,
                thumbnail_height_px=level.thumbnail_height_px,
                cell_width_px=level.cell_width_px,
                cell_height_px=level.cell_height_px,
                n_columns=level.n_columns,
                n_rows=level.n_rows,
                n_pages=level.n_pages,
            )
            for level in message.levels
        ],
        digest=message.digest,
    )
