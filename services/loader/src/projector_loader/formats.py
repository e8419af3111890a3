"""Which reader a file is given to: by its first bytes where the format has a mark, else by its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, open_file
from projector_loader.foreign import list_foreign
from projector_loader.model import Shape, TensorName
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers import delimited, npy, npz, pickles, safetensors, word2vec, zip_members
from projector_loader.readers.raw import open_raw
from projector_loader.tensors import FoundTensor

_NPY: Final = frozenset({".npy"})
_NPZ: Final = frozenset({".npz"})
_SAFETENSORS: Final = frozenset({".safetensors"})
_VECTORS: Final = frozenset({".vec", ".w2v"})
_HDF5: Final = frozenset({".h5", ".hdf5", ".hdf"})
_KERAS: Final = frozenset({".keras"})
_ANNDATA: Final = frozenset({".h5ad"})
_PARQUET: Final = frozenset({".parquet"})
_ARROW: Final = frozenset({".arrow", ".feather", ".ipc"})
_TABLES: Final = frozenset({".tsv", ".csv", ".txt"})
_RAW: Final = frozenset({".bytes", ".raw"})
_FOUND: Final = (
    _NPY
    | _NPZ
    | _SAFETENSORS
    | _VECTORS
    | _HDF5
    | _KERAS
    | _ANNDATA
    | _PARQUET
    | _ARROW
    | _TABLES
    | pickles.SUFFIXES
    | {".bin", ".bytes"}
)
"""Suffixes of files that are looked into although no config names them."""

_HDF5_MAGIC: Final = b"\x89HDF\r\n\x1a\n"
_PARQUET_MAGIC: Final = b"PAR1"
_ARROW_MAGIC: Final = b"ARROW1"
_KERAS_WEIGHTS: Final = "model.weights.h5"
_FASTTEXT_MODEL: Final = b"\xba\x16\x4f\x2f"
_PICKLE: Final = b"\x80"
_SNIFFED_BYTES: Final = 4096


def may_hold_tensors(file_name: str) -> bool:
    """Whether a file of this name is looked into to see if it holds embeddings although no config names it."""
    return not file_name.startswith(".") and PurePosixPath(file_name).suffix.lower() in _FOUND


def holds_nothing_else(file_name: str) -> bool:
    """Whether a file of this name can be nothing but one of tensors, while a table may be one of metadata."""
    return PurePosixPath(file_name).suffix.lower() in _FOUND - _TABLES


def list_tensors(
    processes: ReaderProcesses, file: AssetPath, shape: Shape = (), *, is_named: bool = True
) -> tuple[FoundTensor, ...]:
    """All arrays of a file.

    Args:
        processes: where other people's libraries read files.
        file: the file.
        shape: the config's ``tensor_shape``, possibly empty; raw files need it.
        is_named: whether a config names the file. What might be anything else is passed over where none does.

    Raises:
        NotFound, Conflict: the file is missing or damaged.
    """
    suffix = PurePosixPath(file.name).suffix.lower()
    opened = open_file(file)
    with opened.stream as stream:
        start = stream.read(_SNIFFED_BYTES)
    if suffix in pickles.SUFFIXES:
        return pickles.list_tensors(file)
    if start.startswith(npy.MAGIC) or suffix in _NPY:
        return npy.list_tensors(file)
    if start.startswith(zip_members.MAGIC) or suffix in _NPZ | _KERAS:
        return _list_archive(processes, file)
    kind = _foreign_kind(start, suffix)
    if kind:
        return list_foreign(processes, kind, file)
    if suffix in _SAFETENSORS or safetensors.is_start(start, opened.stamp.n_bytes):
        return safetensors.list_tensors(file)
    if suffix in _TABLES or not (suffix in _RAW or _is_binary(start)):
        return delimited.list_tensors(file, is_named=is_named or suffix in _VECTORS)
    return _list_binary(file, start, suffix, shape, is_named=is_named)


def _foreign_kind(start: bytes, suffix: str) -> str:
    """The reader of a child process that a file is for; empty for none."""
    if start.startswith(_HDF5_MAGIC) or suffix in _HDF5 | _ANNDATA:
        return "anndata" if suffix in _ANNDATA else "hdf5"
    if start.startswith(_PARQUET_MAGIC) or suffix in _PARQUET:
        return "parquet"
    return "arrow" if start.startswith(_ARROW_MAGIC) or suffix in _ARROW else ""


def _list_archive(processes: ReaderProcesses, file: AssetPath) -> tuple[FoundTensor, ...]:
    members = zip_members.list_members(file)
    if any(member.name == _KERAS_WEIGHTS for member in members):
        return list_foreign(processes, "keras", file)
    if any(member.name.endswith("data.pkl") for member in members):
        return pickles.list_tensors(file)
    return npz.list_tensors(file, members)


def _list_binary(
    file: AssetPath, start: bytes, suffix: str, shape: Shape, *, is_named: bool
) -> tuple[FoundTensor, ...]:
    """A file without a mark that is no text: word vectors, a pickle, or raw numbers."""
    if suffix not in _RAW and word2vec.is_start(start):
        return word2vec.list_tensors(file)
    if start.startswith(_FASTTEXT_MODEL) and not shape:
        raise Conflict(f"{file.name} is a whole fastText model, which is not read; save its vectors as text (.vec).")
    if suffix == ".bin" and start.startswith(_PICKLE) and not shape:
        return pickles.list_tensors(file)
    if not is_named and suffix != ".bytes":
        return ()
    source = open_raw(file, shape)
    return (FoundTensor(TensorName(""), (source.n_points, source.n_dims), source.dtype, source),)


def _is_binary(start: bytes) -> bool:
    """Whether these are bytes that no text of numbers holds."""
    return any(byte < 0x20 and byte not in b"\t\n\r" for byte in start)
