"""Which reader a file is given to."""

from __future__ import annotations

from pathlib import PurePosixPath

from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.model import Shape
from projector_loader.readers.raw import open_raw
from projector_loader.readers.tsv import open_tsv
from projector_loader.tensors import TensorSource

_TEXT_SUFFIXES = frozenset({".tsv", ".txt"})
_RAW_SUFFIXES = frozenset({".bytes", ".bin", ".raw"})
_SNIFFED_BYTES = 4096


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
