"""Bookmark collections: ordered, named, shared views of an embedding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Problem, Schema
from projector_gateway.jobs.projections import Preprocessing, Projection

Finite = Annotated[float, Field(allow_inf_nan=False)]
Vector3 = tuple[Finite, Finite, Finite]
Rows = list[Annotated[int, Field(ge=0, lt=2**32)]]


class Camera(Schema):
    """three.js camera in world units, where the layout's largest side spans [-1, 1]."""

    mode: Literal["perspective", "orthographic"]
    position: Vector3
    target: Vector3
    up: Vector3
    zoom: Finite = Field(gt=0)


class NeighborsView(Schema):
    """The point whose neighbors the inspector shows."""

    row: int = Field(ge=0, lt=2**32)
    k: int = Field(ge=1, lt=2**32)
    metric: Literal["cosine", "euclidean"]


class ViewOutline(Schema):
    """What a view shows, but its coordinates and its lists of rows."""

    projection: Projection | None = Field(description="None: coordinates came from a file without parameters")
    method_label: str | None = Field(None, max_length=100, description="Caption where projection is None, as UMAP")
    preprocessing: Preprocessing = Field("none", description="Of the rows, before the projection")
    seed: int = Field(0, ge=0, lt=2**63)
    components: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=2, max_length=3, description="Layout columns shown as x, y (and z)"
    )
    step: int | None = Field(ge=0, lt=2**32, description="Step of a streamed projection")
    camera: Camera
    label_column: str | None
    color_column: str | None
    color_mode: Literal["auto", "categorical", "numeric"] = "auto"
    appearance: Literal["points", "images", "labels"] = "points"
    neighbors: NeighborsView | None = None


class View(ViewOutline):
    """Everything the page needs to show the same picture again, but the coordinates."""

    selection: Rows = Field(default_factory=list)
    rows: Rows | None = Field(None, description="Isolated rows; None: all")


class ListedView(ViewOutline):
    """A view in a list, which tells how many rows it names; the bookmark itself tells which."""

    n_selected: int
    n_rows: int | None = Field(description="Isolated rows; None: all are shown")


class LayoutSource(Schema):
    """The frame whose very bytes the bookmark keeps."""

    job_id: str
    sequence: int = Field(ge=1, lt=2**63)


class BookmarkRequest(Schema):
    name: str = Field(min_length=1, max_length=200)
    view: View
    layout: LayoutSource


class BookmarkChange(Schema):
    """Fields that are absent stay as they are."""

    name: str | None = Field(None, min_length=1, max_length=200)


class BookmarkOutline(Schema):
    """A bookmark without its view."""

    id: str
    collection_id: str
    embedding_id: str
    name: str
    layout_digest: str
    job_id: str | None
    sequence: int | None
    version: int
    created_at: datetime


class Bookmark(BookmarkOutline):
    view: View


class ListedBookmark(BookmarkOutline):
    """A bookmark in its collection."""

    view: ListedView


class CollectionRequest(Schema):
    embedding_id: str
    name: str = Field(min_length=1, max_length=200)


class CollectionChange(Schema):
    """Fields that are absent stay as they are."""

    name: str | None = Field(None, min_length=1, max_length=200)
    order: list[str] | None = Field(None, description="All bookmark ids of the collection in their new order")


class Collection(Schema):
    id: str
    embedding_id: str
    embedding_digest: str
    name: str
    source: Literal["user", "config", "import"]
    bookmarks: list[ListedBookmark]
    problems: list[Problem] = Field(description="What could not be read of the bookmark file it came from")
    version: int = Field(description="Rises with every change of the collection or of one of its bookmarks")
    created_at: datetime


class ImportResult(Schema):
    """What became of an imported TensorBoard bookmark file."""

    collection: Collection
    problems: list[Problem]
