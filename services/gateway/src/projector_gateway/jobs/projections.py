"""Projections and their parameters, as the page and programs ask for them."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from projector_gateway.datasets.schemas import Schema

Preprocessing = Literal["none", "spherize", "z_score"]
Metric = Literal["cosine", "euclidean", "dot_product"]

MAX_SIDE_ROWS = 100_000
"""Rows of one side of a custom axis; as many as a search returns."""


def _unpacked(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("Input should be base64") from error


def _several(value: object) -> object:
    return (value,) if isinstance(value, int | float) else value


def _in_range(values: tuple[float, ...]) -> tuple[float, ...]:
    # Told of the whole, because most people give one number and would wonder at an index.
    if not (1 <= len(values) <= 4 and all(1 < value <= 1000 for value in values)):
        raise PydanticCustomError("perplexity", "Input should be 1 to 4 numbers greater than 1 and at most 1000")
    return values


def _one_or_several(values: tuple[float, ...]) -> float | tuple[float, ...]:
    return values[0] if len(values) == 1 else values


Packed = Annotated[
    bytes,
    BeforeValidator(_unpacked),
    PlainSerializer(lambda content: base64.b64encode(content).decode(), when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""An array as little-endian bytes; base64 in JSON."""

_PERPLEXITY = {"type": "number", "exclusiveMinimum": 1, "maximum": 1000}
Perplexities = Annotated[
    tuple[float, ...],
    BeforeValidator(_several),
    AfterValidator(_in_range),
    PlainSerializer(_one_or_several),
    WithJsonSchema({"anyOf": [_PERPLEXITY, {"type": "array", "items": _PERPLEXITY, "minItems": 1, "maxItems": 4}]}),
]
"""One perplexity, in JSON a plain number, or several."""


class Supervision(Schema):
    """Labels that draw points of the same one together, and keep those of others apart."""

    weight: float = Field(ge=0, le=1, description="0: none")
    column: str = Field("", description="The metadata column whose cells are the labels")
    ignored_label: str | None = Field(None, min_length=1, description="Rows with this label take no part")
    labels: Packed | None = Field(
        None,
        description="In the place of a column: int32 little-endian, one a row of the job; "
        "a category's code, -1: ignored, -2: like no other. Never told again",
    )


class Pca(Schema):
    """Principal component analysis of all rows; exact up to 20,000 dimensions."""

    method: Literal["pca"] = "pca"
    n_components: int = Field(10, ge=1, le=10)
    uncentred: bool = Field(False, description="Of the second moment about the origin, as TensorBoard has it")


class Tsne(Schema):
    """t-SNE; every step is streamed."""

    method: Literal["tsne"] = "tsne"
    n_dims: Literal[2, 3] = 3
    perplexity: Perplexities = Field((30.0,), description="Several: the mean of their affinities")
    learning_rate: float = Field(0, ge=0, le=1e6, description="0: rows / exaggeration")
    early_exaggeration: float = Field(12, ge=1, le=100)
    early_exaggeration_steps: int = Field(250, ge=0, le=10_000)
    late_exaggeration: float = Field(1, ge=1, le=100)
    early_momentum: float = Field(0.5, ge=0, lt=1, description="During early exaggeration")
    late_momentum: float = Field(0.8, ge=0, lt=1)
    n_steps: int = Field(1000, ge=1, le=100_000)
    patience_steps: int = Field(
        0, ge=0, le=100_000, description="End when the loss has fallen by less than 0.1 % for so many steps; 0: never"
    )
    metric: Metric = "euclidean"
    initialisation: Literal["pca_scaled", "random", "spectral", "given"] = "pca_scaled"
    initial_layout: Packed | None = Field(
        None, description="For given: float32 little-endian (rows of the job, n_dims). Never told again"
    )
    supervision: Supervision | None = None


class Umap(Schema):
    """UMAP; every epoch is streamed."""

    method: Literal["umap"] = "umap"
    n_dims: Literal[2, 3] = 3
    n_neighbors: int = Field(15, ge=2, le=200)
    min_dist: float = Field(0.1, ge=0, le=1, description="How close points may lie, in units of the layout")
    metric: Metric = "euclidean"
    n_epochs: int = Field(0, ge=0, le=10_000, description="0: 500 up to 10,000 rows, 200 above")
    initialisation: Literal["spectral", "pca_scaled", "random", "given"] = "spectral"
    initial_layout: Packed | None = Field(
        None, description="For given: float32 little-endian (rows of the job, n_dims). Never told again"
    )
    supervision: Supervision | None = None


class SideRows(Schema):
    """Rows of the whole embedding whose centroid is a side; without rows, the origin."""

    rows: list[int] = Field([], max_length=MAX_SIDE_ROWS)
    label: str = Field("", max_length=1000)


class SideQuery(Schema):
    """Rows whose cell in a column holds a text or a match; the job that comes of it names them."""

    query: str = Field(min_length=1, max_length=1000)
    column: str
    mode: Literal["text", "regex"] = "text"


def _kind_of_side(value: object) -> str:
    asks = "query" in value if isinstance(value, dict) else isinstance(value, SideQuery)
    return "query" if asks else "rows"


AxisSide = Annotated[
    Annotated[SideRows, Tag("rows")] | Annotated[SideQuery, Tag("query")], Discriminator(_kind_of_side)
]


class CustomAxis(Schema):
    """A direction from one centroid to another."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)

    from_: AxisSide = Field(SideRows(), alias="from")
    to: AxisSide = SideRows()


class Custom(Schema):
    """Linear projection on directions that people choose."""

    method: Literal["custom"] = "custom"
    x: CustomAxis
    y: CustomAxis
    z: CustomAxis | None = Field(None, description="Absent: a layout of two dimensions")
    normalise: bool = Field(True, description="Directions to unit length")
    orthogonalise: bool = Field(False, description="y without its part along x; z without its parts along x and y")


class Raw(Schema):
    """Some dimensions as they are."""

    method: Literal["raw"] = "raw"
    dims: list[Annotated[int, Field(ge=0)]] = Field([0, 1], min_length=2, max_length=3)


Projection = Annotated[Pca | Tsne | Umap | Custom | Raw, Field(discriminator="method")]
