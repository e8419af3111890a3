"""The domain as protobuf messages, nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import InvalidArgument
from projector_contracts.common.v1 import problem_pb2
from projector_contracts.loader.v1 import loader_pb2
from projector_loader.model import (
    Checkpoint,
    Column,
    ColumnSummary,
    ColumnType,
    Dictionary,
    Embedding,
    EmbeddingSummary,
    Listing,
    Numbers,
    Problem,
    RejectedTensor,
    Run,
    Severity,
    SpriteGeometry,
    SpriteLevel,
    UploadEnd,
    UploadHeader,
    UploadId,
    UploadRole,
    UploadRules,
)
from projector_loader.row_selection import RowList, RowRange, RowSelection
from projector_loader.sprites.reader import SpritePage
from projector_loader.tensors import BLOCK_BYTES

_ROW_NUMBER: Final = np.dtype("<u4")

_SEVERITIES: Final = {
    Severity.NOTICE: problem_pb2.Problem.NOTICE,
    Severity.WARNING: problem_pb2.Problem.WARNING,
    Severity.ERROR: problem_pb2.Problem.ERROR,
}
_COLUMN_TYPES: Final = {
    ColumnType.INTEGER: loader_pb2.INTEGER,
    ColumnType.NUMBER: loader_pb2.NUMBER,
    ColumnType.DATE_TIME: loader_pb2.DATE_TIME,
    ColumnType.BOOLEAN: loader_pb2.BOOLEAN,
    ColumnType.CATEGORY: loader_pb2.CATEGORY,
    ColumnType.TEXT: loader_pb2.TEXT,
}
_ROLES: Final = {
    loader_pb2.TENSOR: UploadRole.TENSOR,
    loader_pb2.METADATA: UploadRole.METADATA,
    loader_pb2.SPRITE: UploadRole.SPRITE,
}


def listing_message(listing: Listing) -> loader_pb2.ListRunsResponse:
    return loader_pb2.ListRunsResponse(
        runs=[run_message(run) for run in listing.runs],
        problems=[problem_message(problem) for problem in listing.problems],
    )


def diagnosis_message(listing: Listing) -> loader_pb2.Diagnosis:
    return loader_pb2.Diagnosis(
        n_folders=listing.search.n_folders,
        findings=[
            loader_pb2.Finding(folder=each.folder, is_run=each.is_run, message=each.message)
            for each in listing.search.findings
        ],
        passed_over=listing.search.passed_over,
        problems=[problem_message(problem) for problem in listing.problems],
    )


def row_selection(request: loader_pb2.ReadTensorRequest) -> RowSelection:
    """Which rows a request asks for.

    Raises:
        InvalidArgument: its list is no whole number of row numbers.
    """
    if request.WhichOneof("selection") != "rows":
        return RowRange(request.range.first, request.range.n_rows)
    return RowList(row_numbers(request.rows))


def row_numbers(content: bytes) -> NDArray[np.uint32]:
    """Row numbers as a request lists them.

    Raises:
        InvalidArgument: it is no whole number of them.
    """
    if len(content) % _ROW_NUMBER.itemsize:
        raise InvalidArgument(
            f"rows has {len(content):,} bytes; it should hold row numbers of {_ROW_NUMBER.itemsize} bytes each,"
            " uint32 little-endian."
        )
    return np.frombuffer(content, _ROW_NUMBER)


def upload_header(chunk: loader_pb2.UploadChunk | None) -> UploadHeader:
    """What the first message of an upload says.

    Raises:
        InvalidArgument: it is no header, or its role is none.
    """
    if chunk is None or chunk.WhichOneof("part") != "header":
        raise InvalidArgument("The first message of an upload has to be its header.")
    role = _ROLES.get(chunk.header.role)
    if role is None:
        raise InvalidArgument(f"role is {chunk.header.role}; allowed are TENSOR, METADATA and SPRITE.")
    return UploadHeader(UploadId(chunk.header.upload_id), role, chunk.header.file_name, chunk.header.n_bytes)


def upload_parts(chunks: Iterator[loader_pb2.UploadChunk]) -> Iterator[bytes]:
    """The file that the messages behind the header hold.

    Raises:
        InvalidArgument: at the end, where the stream has broken off.
    """
    n_bytes = 0
    for chunk in chunks:
        if chunk.WhichOneof("part") == "end" and chunk.end == n_bytes:
            return
        n_bytes += len(chunk.content)
        yield chunk.content
    raise InvalidArgument(f"The upload broke off after {n_bytes:,} bytes; send it again.")


def upload_end(request: loader_pb2.FinishUploadRequest) -> UploadEnd:
    return UploadEnd(
        UploadId(request.upload_id), request.name, tuple(request.tensor_shape), tuple(request.thumbnail_px) or None
    )


def upload_rules_message(rules: UploadRules) -> loader_pb2.UploadRules:
    return loader_pb2.UploadRules(is_on=True, max_file_bytes=rules.max_file_bytes, free_bytes=rules.free_bytes)


def run_message(run: Run) -> loader_pb2.Run:
    return loader_pb2.Run(
        id=run.id,
        name=run.name,
        embeddings=[summary_message(summary) for summary in run.embeddings],
        checkpoints=[_checkpoint_message(checkpoint) for checkpoint in run.checkpoints],
        rejected=[_rejected_message(tensor) for tensor in run.rejected],
        problems=[problem_message(problem) for problem in run.problems],
        is_upload=run.is_upload,
    )


def summary_message(summary: EmbeddingSummary) -> loader_pb2.EmbeddingSummary:
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


def embedding_message(embedding: Embedding) -> loader_pb2.Embedding:
    return loader_pb2.Embedding(
        summary=summary_message(embedding.summary),
        run_name=embedding.run_name,
        dtype=embedding.dtype,
        digest=embedding.digest,
        columns=[_column_summary_message(column) for column in embedding.columns],
        sprite=None if embedding.sprite is None else sprite_message(embedding.sprite),
        has_bookmarks=embedding.has_bookmarks,
        problems=[problem_message(problem) for problem in embedding.problems],
    )


def column_message(column: Column) -> loader_pb2.Column:
    message = loader_pb2.Column(name=column.summary.name, type=_COLUMN_TYPES[column.summary.type], n_rows=column.n_rows)
    values = column.values
    if isinstance(values, Numbers):
        message.numbers.float64 = values.values.astype("<f8", copy=False).tobytes()
    elif isinstance(values, Dictionary):
        message.dictionary.values.extend(values.values)
        message.dictionary.codes = values.codes.astype("<u4", copy=False).tobytes()
    else:
        message.text.utf8 = values.utf8
        message.text.offsets = values.offsets.astype("<u4", copy=False).tobytes()
    return message


def column_chunks(column: Column) -> Iterator[loader_pb2.ColumnChunk]:
    """A column as it is streamed."""
    content = column_message(column).SerializeToString(deterministic=True)
    header = loader_pb2.ColumnHeader(
        name=column.summary.name, digest=hashlib.sha256(content).hexdigest(), total_bytes=len(content)
    )
    yield loader_pb2.ColumnChunk(header=header)
    for start in range(0, len(content), BLOCK_BYTES):
        yield loader_pb2.ColumnChunk(column=content[start : start + BLOCK_BYTES])


def sprite_message(sprite: SpriteGeometry) -> loader_pb2.SpriteGeometry:
    return loader_pb2.SpriteGeometry(
        image_width_px=sprite.image_width_px,
        image_height_px=sprite.image_height_px,
        thumbnail_width_px=sprite.thumbnail_width_px,
        thumbnail_height_px=sprite.thumbnail_height_px,
        n_columns=sprite.n_columns,
        levels=[_level_message(level) for level in sprite.levels],
        digest=sprite.digest,
    )


def sprite_chunks(page: SpritePage) -> Iterator[loader_pb2.SpriteChunk]:
    """A page as it is streamed."""
    header = loader_pb2.SpriteHeader(digest=page.digest, media_type=page.media_type, total_bytes=len(page.content))
    yield loader_pb2.SpriteChunk(header=header)
    for start in range(0, len(page.content), BLOCK_BYTES):
        yield loader_pb2.SpriteChunk(image=page.content[start : start + BLOCK_BYTES])


def problem_message(problem: Problem) -> problem_pb2.Problem:
    return problem_pb2.Problem(severity=_SEVERITIES[problem.severity], subject=problem.subject, message=problem.message)


def _level_message(level: SpriteLevel) -> loader_pb2.SpriteLevel:
    return loader_pb2.SpriteLevel(
        thumbnail_width_px=level.thumbnail_width_px,
        thumbnail_height_px=level.thumbnail_height_px,
        cell_width_px=level.cell_width_px,
        cell_height_px=level.cell_height_px,
        n_columns=level.n_columns,
        n_rows=level.n_rows,
        n_pages=level.n_pages,
    )


def _checkpoint_message(checkpoint: Checkpoint) -> loader_pb2.Checkpoint:
    return loader_pb2.Checkpoint(name=checkpoint.name, step=checkpoint.step)


def _rejected_message(tensor: RejectedTensor) -> loader_pb2.RejectedTensor:
    return loader_pb2.RejectedTensor(
        tensor_name=tensor.tensor_name, shape=tensor.shape, dtype=tensor.dtype, reason=tensor.reason
    )


def _column_summary_message(column: ColumnSummary) -> loader_pb2.ColumnSummary:
    return loader_pb2.ColumnSummary(
        name=column.name,
        type=_COLUMN_TYPES[column.type],
        n_unique=column.n_unique,
        n_missing=column.n_missing,
        minimum=column.minimum,
        maximum=column.maximum,
        top_values=[loader_pb2.ValueCount(value=top.value, count=top.count) for top in column.top_values],
    )
