"""What the page says and is told of uploads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Schema

MAX_NAME_CHARS = 200
_Size = Annotated[int, Field(ge=1, le=2**32 - 1)]
_Pixels = Annotated[int, Field(ge=1, le=2**16)]

Role = Literal["tensor", "metadata", "sprite"]


class UploadRules(Schema):
    """Whether and how much can be uploaded."""

    is_on: bool
    max_file_bytes: int = Field(description="0 where uploads are off")
    free_bytes: int = Field(description="What all uploads together may still take")


class UploadedFile(Schema):
    """A file that has arrived as a whole."""

    n_bytes: int


class UploadRequest(Schema):
    """Makes a run of the files that have arrived."""

    name: str = Field(min_length=1, max_length=MAX_NAME_CHARS)
    tensor_shape: tuple[_Size, _Size] | None = Field(
        None, description="Points and dimensions, for a file of raw float32 numbers"
    )
    thumbnail_px: tuple[_Pixels, _Pixels] | None = Field(
        None,
        description="Width and height of one thumbnail; without it the sprite is a grid of as many columns as rows",
    )
