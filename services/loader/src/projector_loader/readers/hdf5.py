"""HDF5 files: every dataset is an array. Weights that Keras saved are called by their layers' names.

Runs in a child process. Datasets that point out of their file (external storage, virtual datasets, external links) are
never followed. Matrices that lie in the file as they are, are read from it without the library.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.cells import valid_text
from projector_loader.foreign_file import ForeignTensor, is_too_large
from projector_loader.model import Shape
from projector_loader.readers.elements import as_float32, is_numeric

_MAX_OBJECTS = 20_000
_MAX_CHUNK_BYTES = 256 * 2**20
_CHUNK_CACHE_BYTES = 64 * 2**20
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}
_KERAS_FOLDERS = frozenset({"layers", "vars"})
_LEGACY_WEIGHTS = "model_weights/"
_OUTSIDE = "It keeps its numbers in other files, which are not opened; copy them into this file."


def open_foreign(file: AssetPath, opened: FileInUse) -> Hdf5File:
    """Open an HDF5 file."""
    return Hdf5File(file, opened.stream, open_hdf5(file, f"/dev/fd/{opened.stream.fileno()}"), base=0)


def open_hdf5(file: AssetPath, place: Any) -> Any:
    """An open file of the library; ``place`` is a path or a stream.

    Raises:
        Conflict: it is damaged.
    """
    try:
        return h5py.File(place, "r", locking=False, rdcc_nbytes=_CHUNK_CACHE_BYTES)
    except (OSError, RuntimeError, ValueError) as error:
        raise Conflict(f"{file.name} is damaged or no HDF5 file. Copy or save it again.") from error


class Hdf5File:
    """An open file.

    Args:
        file: how messages call it.
        stream: what it is read from, closed with it.
        opened: the library's view of it.
        base: where it begins in ``file``; None where it does not lie in ``file`` as it is.
    """

    def __init__(self, file: AssetPath, stream: BinaryIO, opened: Any, *, base: int | None) -> None:
        self._file = file
        self._stream = stream
        self._opened = opened
        self._base = base if base is not None and opened.userblock_size == 0 else None
        self._layer_names: dict[str, str] = {}
        # Chunks that were unpacked are remembered only as long as their dataset is open.
        self._datasets: dict[str, Any] = {}

    def tensors(self) -> Sequence[ForeignTensor]:
        """All datasets, in the order of the file."""
        found: list[tuple[str, Any]] = []

        def visit(name: str, each: Any) -> bool | None:
            if isinstance(each, h5py.Dataset):
                found.append((name, each))
            elif "name" in each.attrs:
                self._layer_names[name] = str(each.attrs["name"])
            return len(found) >= _MAX_OBJECTS or None

        self._opened.visititems(visit)
        return [self._tensor(name, dataset) for name, dataset in found]

    def read_rows(self, name: str, first: int, n_rows: int) -> bytes:
        """See ``ForeignFile.read_rows``."""
        if name not in self._datasets:
            self._datasets[name] = self._opened[name]
        return dataset_rows(self._datasets[name], first, n_rows).tobytes()

    def column_names(self, name: str) -> Sequence[str]:
        """An HDF5 file of no special kind keeps no metadata."""
        return ()

    def read_cells(self, name: str, column: int) -> Sequence[str]:
        """An HDF5 file of no special kind keeps no metadata."""
        return ()

    def close(self) -> None:
        self._opened.close()
        self._stream.close()

    def _tensor(self, name: str, dataset: Any) -> ForeignTensor:
        shape: Shape = tuple(map(int, dataset.shape or ()))
        dtype = dtype_name(dataset)
        refusal = why_not_readable(dataset) if is_numeric(dtype) and len(shape) == 2 else ""
        place = None if refusal or not is_numeric(dtype) else dataset.id.get_offset()
        if dataset.id.get_create_plist().get_nfilters() or self._base is None:
            place = None
        return ForeignTensor(
            name=valid_text(name),
            shape=shape,
            dtype=dtype,
            refusal=refusal,
            short_name=self._short_name(valid_text(name)),
            offset=None if place is None else (self._base or 0) + place,
            is_big_endian=dataset.dtype.byteorder == ">",
        )

    def _short_name(self, name: str) -> str:
        """The layer and, unless it is its first one, the number of a weight of Keras; else nothing."""
        if name.startswith(_LEGACY_WEIGHTS):
            return "/".join(name.split("/")[-2:]).removesuffix(":0")
        folder, _, number = name.rpartition("/")
        if folder.rpartition("/")[2] != "vars" or not number.isdecimal():
            return ""
        layers = [part for part in folder.split("/") if part not in _KERAS_FOLDERS]
        layers[-1:] = [valid_text(self._layer_names.get(folder, "")) or (layers[-1] if layers else "model")]
        return "/".join(layers) + (f"/{number}" if int(number) else "")


def dtype_name(dataset: Any) -> str:
    """The element type of a dataset; what is no number has a name that is none's."""
    dtype = dataset.dtype
    if dataset.attrs.get("dtype") == "bfloat16" and dtype.itemsize == 2:
        return "bfloat16"  # as Keras marks it, since HDF5 has no such type
    if h5py.check_string_dtype(dtype) is not None or dtype.kind in "SU":
        return "string"
    if dtype.kind == "b":
        return "bool"
    if dtype.kind in _KINDS:
        return f"{_KINDS[dtype.kind]}{8 * dtype.itemsize}"
    return "record" if dtype.names else str(dtype)


def why_not_readable(dataset: Any) -> str:
    """Why a dataset is not read whatever it holds; empty where it can be."""
    layout = dataset.id.get_create_plist()
    if dataset.is_virtual or layout.get_external_count():
        return _OUTSIDE
    for i in range(layout.get_nfilters()):
        code, _, _, name = layout.get_filter(i)
        if not h5py.h5z.filter_avail(code):
            return f"It is compressed by {name.decode('utf-8', 'replace') or code}; save it with gzip or uncompressed."
    if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > _MAX_CHUNK_BYTES:
        return f"Its chunks are larger than {_MAX_CHUNK_BYTES:,} bytes; save it in smaller ones."
    n_stored = dataset.id.get_storage_size()
    if is_too_large(math.prod(dataset.shape), n_stored):
        shape = " x ".join(f"{size:,}" for size in dataset.shape)
        return f"It claims to be {shape}, but only {n_stored:,} bytes of it are stored. Save it again."
    return ""


def dataset_rows(dataset: Any, first: int, n_rows: int) -> NDArray[np.float32]:
    """Rows of a matrix as float32 ``(n_rows, n_dims)``."""
    stored = dataset[first : first + n_rows]
    if dtype_name(dataset) == "bfloat16":
        return as_float32(stored.tobytes(), "bfloat16").reshape(stored.shape)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(stored, dtype="<f4")
