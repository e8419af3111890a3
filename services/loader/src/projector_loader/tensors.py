"""Where the numbers of an embedding come from, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from projector_loader.asset_paths import AssetPath

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


def rows_per_block(n_dims: int) -> int:
    """How many whole rows make a block of about ``BLOCK_BYTES``."""
    return max(1, BLOCK_BYTES // (4 * n_dims))
