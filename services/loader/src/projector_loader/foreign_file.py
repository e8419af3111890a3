"""What a reader that needs another library offers, inside the child process that it runs in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from projector_loader.model import Shape

MAX_EXPANSION = 1000
EXPANSION_SLACK_BYTES = 64 * 2**20
"""A tensor that would be larger than its file by more than this is refused: no vectors compress so well."""


@dataclass(frozen=True)
class ForeignTensor:
    """A named array of a file, as ``FoundTensor`` without its source; see there.

    Attributes:
        offset: where its elements lie in the file one after the other, row by row, if they do: they are then read
            without the library.
        is_big_endian: the order of their bytes there.
        has_columns: whether the file keeps metadata for its points.
        notices: texts of what its viewer should know.
    """

    name: str
    shape: Shape
    dtype: str
    refusal: str = ""
    short_name: str = ""
    offset: int | None = None
    is_big_endian: bool = False
    has_columns: bool = False
    notices: tuple[str, ...] = ()


class ForeignFile(Protocol):
    """An open file. Every method may raise Conflict for a damaged one, and whatever its library raises for it."""

    def tensors(self) -> Sequence[ForeignTensor]:
        """All its arrays; those without a refusal that are matrices of real numbers can be read."""
        ...

    def read_rows(self, name: str, first: int, n_rows: int) -> bytes:
        """Rows of a matrix as little-endian float32, row-major."""
        ...

    def column_names(self, name: str) -> Sequence[str]:
        """The metadata columns that go with a matrix."""
        ...

    def read_cells(self, name: str, column: int) -> Sequence[str]:
        """The cells of one of them, empty where missing."""
        ...

    def close(self) -> None: ...


def is_too_large(n_elements: int, stored_bytes: int) -> bool:
    """Whether an array claims to be larger than what is stored of it can unpack to."""
    return 4 * n_elements > stored_bytes * MAX_EXPANSION + EXPANSION_SLACK_BYTES
