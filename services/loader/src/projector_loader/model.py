"""What the loader knows, in the words of the architecture page. Frozen, free of protobuf and of files."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

import numpy as np
from numpy.typing import NDArray

RunId = NewType("RunId", str)
EmbeddingId = NewType("EmbeddingId", str)
TensorName = NewType("TensorName", str)
UploadId = NewType("UploadId", str)

Shape = tuple[int, ...]


class Severity(Enum):
    """How much of something could be loaded."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Problem:
    """What went wrong, in public text: ``subject`` is a file relative to the data root, a tensor or empty."""

    severity: Severity
    subject: str
    message: str


@dataclass(frozen=True)
class Checkpoint:
    """One saved state of a training run; ``name`` is its file prefix relative to the data root."""

    name: str
    step: int | None


@dataclass(frozen=True)
class RejectedTensor:
    """A tensor that was found but cannot be viewed, and why."""

    tensor_name: TensorName
    shape: Shape
    dtype: str
    reason: str


@dataclass(frozen=True)
class EmbeddingSummary:
    """A 2-D tensor ``(n_points, n_dims)`` that can be viewed.

    ``version`` changes whenever the tensor or a file that goes with it may have changed.
    """

    id: EmbeddingId
    run_id: RunId
    tensor_name: TensorName
    display_name: str
    step: int | None
    n_points: int
    n_dims: int
    version: str


@dataclass(frozen=True)
class Run:
    """A log directory; ``name`` is its folder relative to the data root, ``"."`` for the root itself.

    That of an upload is ``"Uploads/"`` and a name of its own.
    """

    id: RunId
    name: str
    embeddings: tuple[EmbeddingSummary, ...]
    checkpoints: tuple[Checkpoint, ...]
    rejected: tuple[RejectedTensor, ...]
    problems: tuple[Problem, ...]
    is_upload: bool = False


@dataclass(frozen=True)
class Finding:
    """Why a folder, named relative to the data root, is a run, or what it lacks to be one; public text."""

    folder: str
    is_run: bool
    message: str


@dataclass(frozen=True)
class Search:
    """What was searched for runs.

    Attributes:
        n_folders: folders that were looked into.
        findings: of those that are runs or look as if they should be, in the order of the search.
        passed_over: folders that were not looked into: hidden ones, and those that a program is just writing.
    """

    n_folders: int = 0
    findings: tuple[Finding, ...] = ()
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """All runs by name, the problems of the data root as a whole, and what was searched."""

    runs: tuple[Run, ...]
    problems: tuple[Problem, ...]
    search: Search = field(default_factory=Search, compare=False)


class UploadRole(Enum):
    """What an uploaded file is to the embedding that it belongs to."""

    TENSOR = "tensor"
    METADATA = "metadata"
    SPRITE = "sprite"


@dataclass(frozen=True)
class UploadHeader:
    """What is said of a file before it arrives.

    Attributes:
        upload_id: chosen by whoever uploads.
        role: what the file is.
        file_name: how the person calls it; a text, never a path.
        n_bytes: its size; 0 where that is not known before.
    """

    upload_id: UploadId
    role: UploadRole
    file_name: str
    n_bytes: int = 0


@dataclass(frozen=True)
class UploadEnd:
    """What makes a run of the files that have arrived.

    Attributes:
        upload_id: of the files.
        name: how the run shall be called.
        tensor_shape: points and dimensions of a file of raw numbers; empty for all others.
        thumbnail_px: (width, height) of one thumbnail; None where the sprite is a grid of as many columns as rows.
    """

    upload_id: UploadId
    name: str
    tensor_shape: Shape = ()
    thumbnail_px: Shape | None = None


@dataclass(frozen=True)
class UploadRules:
    """What may be uploaded: bytes of one file, and bytes that all uploads together may still take."""

    max_file_bytes: int
    free_bytes: int


class ColumnType(Enum):
    """What the cells of a metadata column are."""

    INTEGER = "integer"
    NUMBER = "number"
    DATE_TIME = "date_time"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    TEXT = "text"


@dataclass(frozen=True)
class ValueCount:
    """A value as the file spells it, and how many rows hold it."""

    value: str
    count: int


@dataclass(frozen=True)
class ColumnSummary:
    """Description of a metadata column; ``minimum`` and ``maximum`` only for numeric columns with a value."""

    name: str
    type: ColumnType
    n_unique: int
    n_missing: int
    minimum: float | None
    maximum: float | None
    top_values: tuple[ValueCount, ...]


@dataclass(frozen=True)
class Numbers:
    """Values of an INTEGER, NUMBER or DATE_TIME column: float64 ``(n_rows,)``, NaN where missing.

    Dates and times are seconds since the start of 1970, UTC.
    """

    values: NDArray[np.float64]


@dataclass(frozen=True)
class Dictionary:
    """Values of a BOOLEAN or CATEGORY column.

    Codes are uint32 ``(n_rows,)`` indices into ``values``, ``MISSING_CODE`` where missing.
    """

    values: tuple[str, ...]
    codes: NDArray[np.uint32]


MISSING_CODE = 0xFFFFFFFF


@dataclass(frozen=True)
class Text:
    """Values of a TEXT column: cell i is ``utf8[offsets[i]:offsets[i + 1]]``; uint32 offsets ``(n_rows + 1,)``."""

    utf8: bytes
    offsets: NDArray[np.uint32]


@dataclass(frozen=True)
class Column:
    """One metadata column for all points of an embedding."""

    summary: ColumnSummary
    n_rows: int
    values: Numbers | Dictionary | Text


@dataclass(frozen=True)
class SpriteLevel:
    """All thumbnails at one size, as pages of a grid: point i is cell i, row-major, page after page.

    A cell is a little larger than its thumbnail where the thumbnail's edge is repeated to the right and below, so that
    halving a page never mixes two thumbnails.

    Attributes:
        thumbnail_width_px: of a thumbnail, from the left of its cell; a fraction where halving leaves one.
        thumbnail_height_px: likewise, from the top.
        cell_width_px: from one thumbnail to the next.
        cell_height_px: likewise.
        n_columns: cells in a row of a page.
        n_rows: rows of a full page; the last page may have fewer.
        n_pages: how many there are.
    """

    thumbnail_width_px: float
    thumbnail_height_px: float
    cell_width_px: int
    cell_height_px: int
    n_columns: int
    n_rows: int
    n_pages: int

    @property
    def cells_per_page(self) -> int:
        return self.n_columns * self.n_rows


@dataclass(frozen=True)
class SpriteGeometry:
    """A sprite atlas and the sizes in which its thumbnails are served.

    Attributes:
        image_width_px: of the file.
        image_height_px: of the file.
        thumbnail_width_px: in the file.
        thumbnail_height_px: in the file.
        n_columns: thumbnails in a row of the file.
        levels: from full size down, each half the size of the one before.
        digest: changes whenever the pages may have changed.
    """

    image_width_px: int
    image_height_px: int
    thumbnail_width_px: int
    thumbnail_height_px: int
    n_columns: int
    levels: tuple[SpriteLevel, ...]
    digest: str


@dataclass(frozen=True)
class Embedding:
    """All that is known of an embedding without reading its tensor."""

    summary: EmbeddingSummary
    run_name: str
    dtype: str
    digest: str
    columns: tuple[ColumnSummary, ...]
    sprite: SpriteGeometry | None
    has_bookmarks: bool
    problems: tuple[Problem, ...]
