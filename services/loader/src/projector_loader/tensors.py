"""Where the numbers of an embedding come from, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Protocol

from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.model import Shape
from projector_loader.readers.raw import open_raw
from projector_loader.readers.tsv import open_tsv

BLOCK_BYTES = 2**20
"""A block is about this large: a message well below gRPC's limit of 4 MiB."""
MAX_DIMS = 2**19
"""Rows are sent whole, so one row has to fit a message."""

_TEXT_SUFFIXES = frozenset({".tsv", ".txt"})
_RAW_SUFFIXES = frozenset({".bytes", ".bin", ".raw"})
_SNIFFED_BYTES = 4096


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

    def digest(self) -> str:
        """SHA-256 that changes whenever the content may have changed.

        Raises:
            NotFound, Conflict: a file is gone or damaged.
        """
        ...

    def read_blocks(self, n_rows: int) -> Iterator[bytes]:
        """All rows in order as little-endian float32, row-major, ``n_rows`` rows a block, the last one fewer.

        Raises:
            NotFound, Conflict: a file is gone, damaged, or changed while it was read.
        """
        ...


def rows_per_block(n_dims: int) -> int:
    """How many whole rows make a block of about ``BLOCK_BYTES``."""
    return max(1, BLOCK_BYTES // (4 * n_dims))


def open_tensor_file(file: AssetPath, shape: Shape) -> TensorSource:
    """The tensor of a file that a config's ``tensor_path`` names.

    The suffix decides the format; without a known one, the first bytes do.

    Args:
        file: the file.
        shape: the config's ``tensor_shape``, possibly empty; raw files need it.

    Raises:
        NotFound, Conflict: the file is missing or damaged.
    """
    suffix = PurePosixPath(file.name).suffix.lower()
    if suffix in _RAW_SUFFIXES or (suffix not in _TEXT_SUFFIXES and _is_binary(file)):
        return open_raw(file, shape)
    return open_tsv(file)


def _is_binary(file: AssetPath) -> bool:
    """Whether the file starts with bytes that no text of numbers holds."""
    opened = open_file(file)
    with opened.stream as stream:
        return any(byte < 0x20 and byte not in b"\t\n\r" for byte in stream.read(_SNIFFED_BYTES))
