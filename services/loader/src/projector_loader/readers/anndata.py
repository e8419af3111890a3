"""AnnData files (``.h5ad``): ``X``, every matrix in ``obsm``, and the columns of ``obs`` as metadata.

Runs in a child process.

Source: the on-disk format as anndata's documentation describes it ("On disk format"), versions 0.7 and 0.8 on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.cells import array_cells
from projector_loader.foreign_file import ForeignTensor, is_too_large
from projector_loader.model import Shape
from projector_loader.readers.hdf5 import dataset_rows, dtype_name, open_hdf5, why_not_readable

_MAX_CONVERTED = 50_000_000
_INDEX_NAME = "obs_names"
_CATEGORIES = "__categories"


def open_foreign(file: AssetPath, opened: FileInUse) -> AnnDataFile:
    """Open an AnnData file."""
    return AnnDataFile(file, opened.stream, open_hdf5(file, f"/dev/fd/{opened.stream.fileno()}"))


class AnnDataFile:
    """An open file; sparse matrices are kept as their three arrays' datasets, or converted once when by column."""

    def __init__(self, file: AssetPath, stream: BinaryIO, opened: Any) -> None:
        self._file = file
        self._stream = stream
        self._opened = opened
        self._by_rows: dict[str, _Sparse] = {}
        # Chunks that were unpacked are remembered only as long as their dataset is open.
        self._stored: dict[str, Any] = {}

    def tensors(self) -> Sequence[ForeignTensor]:
        """``X`` and what ``obsm`` holds."""
        names = [name for name in ("X",) if name in self._opened]
        obsm = self._opened.get("obsm")
        if isinstance(obsm, h5py.Group):
            names += [f"obsm/{name}" for name in obsm]
        return [self._tensor(name) for name in names]

    def read_rows(self, name: str, first: int, n_rows: int) -> bytes:
        """See ``ForeignFile.read_rows``."""
        if name not in self._stored:
            self._stored[name] = self._opened[name]
        stored = self._stored[name]
        if isinstance(stored, h5py.Dataset):
            return dataset_rows(stored, first, n_rows).tobytes()
        if name not in self._by_rows:
            self._by_rows[name] = _sparse(self._file, stored)
        return self._by_rows[name].rows(self._file, first, n_rows).tobytes()

    def column_names(self, name: str) -> Sequence[str]:
        """The index and the columns of ``obs``."""
        index, columns = self._columns()
        return [_INDEX_NAME if index in ("_index", "index") else index, *columns]

    def read_cells(self, name: str, column: int) -> Sequence[str]:
        """See ``ForeignFile.read_cells``."""
        index, columns = self._columns()
        return _cells(self._opened["obs"], [index, *columns][column])

    def close(self) -> None:
        self._opened.close()
        self._stream.close()

    def _columns(self) -> tuple[str, list[str]]:
        obs = self._opened["obs"]
        if isinstance(obs, h5py.Dataset):
            names = list(obs.dtype.names or ())
            return names[0], names[1:]
        index = str(obs.attrs.get("_index", "_index"))
        named = [str(name) for name in np.atleast_1d(obs.attrs.get("column-order", []))]
        return index, [name for name in named if name in obs and name != index]

    def _tensor(self, name: str) -> ForeignTensor:
        stored = self._opened[name]
        if isinstance(stored, h5py.Group):
            return self._sparse_tensor(name, stored)
        shape: Shape = tuple(map(int, stored.shape or ()))
        refusal = why_not_readable(stored) if len(shape) == 2 else ""
        return ForeignTensor(name, shape, dtype_name(stored), refusal, _short(name), has_columns="obs" in self._opened)

    def _sparse_tensor(self, name: str, group: Any) -> ForeignTensor:
        if not {"data", "indices", "indptr"} <= set(group):
            return ForeignTensor(name, (), "table", "It is a table; save it as an array of numbers.", _short(name))
        shape, data = _sparse_shape(group), group["data"]
        refusal = next(filter(None, (why_not_readable(group[part]) for part in ("data", "indices", "indptr"))), "")
        if not refusal and len(shape) == 2:
            refusal = _why_not_sparse(group, shape)
        return ForeignTensor(name, shape, dtype_name(data), refusal, _short(name), has_columns="obs" in self._opened)


class _Sparse:
    """A matrix by rows: row i has ``data[k]`` at ``indices[k]`` for k from ``starts[i]`` to ``starts[i + 1]``."""

    def __init__(self, starts: NDArray[np.int64], indices: Any, data: Any, n_dims: int) -> None:
        self._starts = starts
        self._indices = indices
        self._data = data
        self._n_dims = n_dims

    def rows(self, file: AssetPath, first: int, n_rows: int) -> NDArray[np.float32]:
        """Rows as float32 ``(n_rows, n_dims)``; what is stored twice is added up."""
        starts = self._starts[first : first + n_rows + 1]
        start, stop = int(starts[0]), int(starts[-1])
        dims = np.asarray(self._indices[start:stop], np.int64)
        places = np.repeat(np.arange(n_rows), np.diff(starts))
        if len(dims) != len(places) or (len(dims) and not (dims.min() >= 0 and dims.max() < self._n_dims)):
            raise _damaged(file, "it places numbers beyond its last column")
        values = np.zeros((n_rows, self._n_dims), "<f4")
        np.add.at(values, (places, dims), np.asarray(self._data[start:stop], np.float32))
        return values


def _sparse(file: AssetPath, group: Any) -> _Sparse:
    """A sparse matrix by rows, converted in memory where it is stored by columns."""
    (n_rows, n_dims), by_columns = _sparse_shape(group), _is_by_columns(group)
    starts = np.asarray(group["indptr"][:], np.int64)
    n_lines = n_dims if by_columns else n_rows
    n_stored = len(group["data"])
    if len(starts) != n_lines + 1 or starts[0] != 0 or starts[-1] > n_stored or (np.diff(starts) < 0).any():
        raise _damaged(file, "the row pointers of a sparse matrix are wrong")
    if not by_columns:
        return _Sparse(starts, group["indices"], group["data"], n_dims)
    rows = np.asarray(group["indices"][: starts[-1]], np.int64)
    if len(rows) and not (rows.min() >= 0 and rows.max() < n_rows):
        raise _damaged(file, "it places numbers beyond its last row")
    order = np.argsort(rows, kind="stable")
    dims = np.repeat(np.arange(n_dims), np.diff(starts))[order]
    row_starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n_rows))])
    return _Sparse(row_starts, dims, np.asarray(group["data"][: starts[-1]])[order], n_dims)


def _why_not_sparse(group: Any, shape: Shape) -> str:
    n_stored = len(group["data"])
    if _is_by_columns(group) and n_stored > _MAX_CONVERTED:
        return (
            f"It is stored by columns with {n_stored:,} numbers, more than the {_MAX_CONVERTED:,} that are converted;"
            " save it by rows: adata.X = adata.X.tocsr()."
        )
    n_lines = shape[1] if _is_by_columns(group) else shape[0]
    if len(group["indptr"]) != n_lines + 1:
        return "Its row pointers do not fit its shape; save it again."
    return "" if not is_too_large(shape[1], 2**40) else "Its rows are longer than any; save it again."


def _sparse_shape(group: Any) -> Shape:
    sizes = group.attrs.get("shape", group.attrs.get("h5sparse_shape", ()))
    return tuple(int(size) for size in np.atleast_1d(sizes))


def _is_by_columns(group: Any) -> bool:
    encoding = group.attrs.get("encoding-type", group.attrs.get("h5sparse_format", ""))
    return str(encoding).startswith("csc")


def _cells(obs: Any, name: str) -> Sequence[str]:
    """The cells of a column of ``obs``."""
    if isinstance(obs, h5py.Dataset):
        return _texts(obs[name])
    column = obs[name]
    if isinstance(column, h5py.Dataset):
        legacy = obs.get(f"{_CATEGORIES}/{name}")
        return _texts(column[:]) if legacy is None else _categories(legacy[:], column[:])
    if "codes" in column:
        return _categories(column["categories"][:], column["codes"][:])
    mask = column["mask"][:]
    return ["" if is_missing else cell for cell, is_missing in zip(_texts(column["values"][:]), mask, strict=True)]


def _categories(categories: NDArray[Any], codes: NDArray[Any]) -> list[str]:
    names = _texts(categories)
    return [names[code] if 0 <= code < len(names) else "" for code in codes.tolist()]


def _texts(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind == "O":
        return [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in values.tolist()]
    return array_cells(values)


def _short(name: str) -> str:
    return name.removeprefix("obsm/")


def _damaged(file: AssetPath, cause: str) -> Conflict:
    return Conflict(f"{file.name} is damaged: {cause}. Copy or save it again.")
