"""Where the numbers of an embedding come from, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from projector_loader.asset_paths import AssetPath
from projector_loader.cells import CellSource
from projector_loader.model import Problem, Shape, TensorName
from projector_loader.readers.elements import is_numeric

BLOCK_BYTES = 2**20
"""A block is about this large: a message well below gRPC's limit of 4 MiB."""
MAX_DIMS = 2**19
"""Rows are sent whole, so one row has to fit a message."""

ReadRows = Callable[[int, int], bytes]
"""``read(first, n_rows)`` gives rows of an open tensor as little-endian float32, row-major; the caller keeps within it.

Raises Conflict where the file is damaged or was cut.
"""


class TensorSource(Protocol):
    """A stored ``(n_points, n_dims)`` tensor of real numbers."""

    @property
    def n_points(self) -> int: ...

    @property
    def n_dims(self) -> int: ...

    @property
    def dtype(self) -> str:
        """The element type as stored; it is delivered as float32 whatever it is."""
        ...

    @property
    def files(self) -> tuple[AssetPath, ...]:
        """All files that it is read from."""
        ...

    def digest(self) -> str:
        """SHA-256 that changes whenever the content may have changed.

        Raises:
            NotFound, Conflict: a file is gone or damaged.
        """
        ...

    def open_rows(self) -> AbstractContextManager[ReadRows]:
        """Opens it for reading; rows may be asked for in any order, and cost least in theirs.

        Raises:
            NotFound, Conflict: a file is gone or cannot be opened.
        """
        ...


@dataclass(frozen=True)
class FoundTensor:
    """A named array of a checkpoint or of another file.

    Attributes:
        name: its full name within the file; empty where the file holds just one array without a name.
        source: reads it; None unless it is a matrix of real numbers whose bytes are all there.
        damage: why it cannot be read although its file lists it; empty where it can.
        refusal: why it is not shown whatever its type and shape are, unless it can be read and a config names it; empty
            where there is no such reason.
        short_name: a name to read, where the format has a better one than the full name.
        columns: metadata that the file keeps beside it.
        notices: what its viewer should know of how it was read.
    """

    name: TensorName
    shape: Shape
    dtype: str
    source: TensorSource | None
    damage: str = ""
    refusal: str = ""
    short_name: str = ""
    columns: CellSource | None = None
    notices: tuple[Problem, ...] = ()


def is_matrix(dtype: str, shape: Shape) -> bool:
    """Whether it is a ``(n_points, n_dims)`` array of real numbers with at least one of them."""
    return is_numeric(dtype) and len(shape) == 2 and 0 not in shape


def rows_per_block(n_dims: int) -> int:
    """How many whole rows make a block of about ``BLOCK_BYTES``."""
    return max(1, BLOCK_BYTES // (4 * n_dims))
