"""Which reader a file is given to: by its first bytes where the format has a mark, else by its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.model import Shape, TensorName
from projector_loader.readers import npy, npz, pickles, safetensors, zip_members
from projector_loader.readers.raw import open_raw
from projector_loader.readers.tsv import open_tsv
from projector_loader.tensors import FoundTensor, TensorSource

_TEXT_SUFFIXES: Final = frozenset({".tsv", ".txt"})
_RAW_SUFFIXES: Final = frozenset({".bytes", ".bin", ".raw"})
_NPY_SUFFIXES: Final = frozenset({".npy"})
_NPZ_SUFFIXES: Final = frozenset({".npz"})
_SAFETENSORS_SUFFIXES: Final = frozenset({".safetensors"})
_FOUND_SUFFIXES: Final = _NPY_SUFFIXES | _NPZ_SUFFIXES | _SAFETENSORS_SUFFIXES | pickles.SUFFIXES
_SNIFFED_BYTES: Final = 4096
_ONE_TENSOR: Final = TensorName("")


def may_hold_tensors(file_name: str) -> bool:
    """Whether a file of this name is opened to see if it holds embeddings although no config names it."""
    suffix = PurePosixPath(file_name).suffix.lower()
    return not file_name.startswith(".") and suffix in _FOUND_SUFFIXES


def list_tensors(file: AssetPath, shape: Shape = ()) -> tuple[FoundTensor, ...]:
    """All arrays of a file.

    Args:
        file: the file.
        shape: the config's ``tensor_shape``, possibly empty; raw files need it.

    Raises:
        NotFound, Conflict: the file is missing or damaged.
    """
    suffix = PurePosixPath(file.name).suffix.lower()
    opened = open_file(file)
    with opened.stream as stream:
        start = stream.read(_SNIFFED_BYTES)
    if suffix in pickles.SUFFIXES:
        return pickles.list_tensors(file)
    if start.startswith(npy.MAGIC) or suffix in _NPY_SUFFIXES:
        return npy.list_tensors(file)
    if start.startswith(zip_members.MAGIC) or suffix in _NPZ_SUFFIXES:
        return _list_archive(file)
    if suffix in _SAFETENSORS_SUFFIXES or safetensors.is_start(start, opened.stamp.n_bytes):
        return safetensors.list_tensors(file)
    if suffix in _RAW_SUFFIXES or (suffix not in _TEXT_SUFFIXES and _is_binary(start)):
        return (_only(open_raw(file, shape)),)
    return (_only(open_tsv(file)),)


def _list_archive(file: AssetPath) -> tuple[FoundTensor, ...]:
    members = zip_members.list_members(file)
    if any(member.name.endswith("data.pkl") for member in members):
        return pickles.list_tensors(file)
    return npz.list_tensors(file, members)


def _only(source: TensorSource) -> FoundTensor:
    return FoundTensor(_ONE_TENSOR, (source.n_points, source.n_dims), source.dtype, source)


def _is_binary(start: bytes) -> bool:
    """Whether these are bytes that no text of numbers holds."""
    return any(byte < 0x20 and byte not in b"\t\n\r" for byte in start)
