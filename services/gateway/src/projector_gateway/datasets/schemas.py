"""What the page is told of runs and embeddings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Schema(BaseModel):
    """Base of every REST body: unknown fields are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Schema):
    """Why something could not be loaded, or was loaded with a remark; public text."""

    severity: Literal["notice", "warning", "error"]
    subject: str
    message: str


class Checkpoint(Schema):
    name: str
    step: int | None


class RejectedTensor(Schema):
    """A tensor that was found but cannot be viewed."""

    tensor_name: str
    shape: list[int]
    dtype: str
    reason: str


class EmbeddingSummary(Schema):
    id: str
    run_id: str
    tensor_name: str
    display_name: str
    step: int | None
    n_points: int
    n_dims: int
    version: str = Field(description="Changes whenever the tensor or a file that goes with it may have changed")


class Run(Schema):
    """A log directory; ``name`` is its folder relative to the data root.

    That of an upload is ``Uploads/`` and a name of its own.
    """

    id: str
    name: str
    embeddings: list[EmbeddingSummary]
    checkpoints: list[Checkpoint]
    rejected: list[RejectedTensor]
    problems: list[Problem]
    is_upload: bool = Field(False, description="It was uploaded and may be deleted")


class Finding(Schema):
    """Why a folder is a run, or what it lacks to be one; public text."""

    folder: str
    is_run: bool
    message: str


class Diagnosis(Schema):
    """What was searched for runs, and the problems of the data root as a whole."""

    n_folders: int
    findings: list[Finding]
    passed_over: list[str]
    problems: list[Problem]


class ValueCount(Schema):
    value: str
    count: int


ColumnType = Literal["integer", "number", "date_time", "boolean", "category", "text"]


class Column(Schema):
    """Description of one metadata column; its values are fetched apart, as bytes."""

    name: str
    type: ColumnType
    n_unique: int
    n_missing: int
    minimum: float | None
    maximum: float | None
    top_values: list[ValueCount]


class SpriteLevel(Schema):
    """All thumbnails at one size, as pages: point i is cell i, row-major, page after page.

    A cell is a little larger than its thumbnail where the thumbnail's edge is repeated to the right and below, so that
    halving a page never mixes two thumbnails.
    """

    thumbnail_width_px: float = Field(description="From the left of its cell")
    thumbnail_height_px: float = Field(description="From the top of its cell")
    cell_width_px: int
    cell_height_px: int
    n_columns: int = Field(description="Of a page")
    n_rows: int = Field(description="Of a full page; the last one may have fewer")
    n_pages: int


class Sprite(Schema):
    """A sprite atlas as its file is, and the sizes in which its thumbnails are served."""

    image_width_px: int
    image_height_px: int
    thumbnail_width_px: int = Field(description="In the file")
    thumbnail_height_px: int = Field(description="In the file")
    n_columns: int = Field(description="In the file")
    levels: list[SpriteLevel] = Field(description="From full size (256 px at most) down, each half the one before")
    digest: str


class Embedding(EmbeddingSummary):
    """All that is known of an embedding without its numbers."""

    run_name: str
    dtype: str
    digest: str
    columns: list[Column]
    sprite: Sprite | None
    has_bookmarks: bool = Field(False, description="The projector config names a bookmarks file that can be read")
    problems: list[Problem]
