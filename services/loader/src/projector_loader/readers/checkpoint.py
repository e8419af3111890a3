"""Variables of TensorFlow checkpoints, V2 bundles and the single files before them.

The index of a bundle is read here, and tensors that lie whole in one shard are read from it directly. Only what that
cannot do (partitioned variables, compressed or big-endian bundles, the old format) goes through TensorFlow's reader,
which is imported on first use: the import takes seconds.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from projector_chassis.errors import Conflict, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, FileStamp, read_small_file, stamp
from projector_loader.checkpoints import CheckpointFiles, shard_files
from projector_loader.digests import files_digest
from projector_loader.file_cache import FileCache
from projector_loader.model import Shape, TensorName
from projector_loader.readers.bundle_index import (
    BundleEntry,
    BundleIndex,
    DamagedIndexError,
    UnsupportedIndexError,
    parse_index,
)
from projector_loader.readers.contiguous import ContiguousTensor
from projector_loader.readers.elements import dtype_name, element_bytes, is_numeric
from projector_loader.tensors import FoundTensor, ReadRows, is_matrix

_MAX_INDEX_BYTES = 64 * 2**20


class CheckpointReader:
    """Lists the variables of checkpoints, remembering index files that have not changed.

    Args:
        root: where the shards may lie.
        n_cached: index files remembered.
    """

    def __init__(self, root: DataRoot, n_cached: int = 256) -> None:
        self._root = root
        self._indices: FileCache[BundleIndex | None] = FileCache(n_cached)
        self._listings: FileCache[tuple[FoundTensor, ...]] = FileCache(n_cached)

    def variables(self, checkpoint: CheckpointFiles) -> tuple[FoundTensor, ...]:
        """All variables of a checkpoint by name, those of a damaged shard with their ``damage``.

        Raises:
            NotFound, Conflict: the index is missing or damaged.
        """
        key = (checkpoint.index.absolute, stamp(checkpoint.index))
        index = self._indices.get(key, lambda: self._read_index(checkpoint)) if checkpoint.is_bundle else None
        if index is None:
            return self._listings.get(key, lambda: _list_with_tensorflow(checkpoint))
        shards = shard_files(self._root, checkpoint, index.n_shards)
        lengths = [_length(shard) for shard in shards]
        return tuple(
            _variable(checkpoint, TensorName(name), entry, shards, lengths) for name, entry in index.entries.items()
        )

    def _read_index(self, checkpoint: CheckpointFiles) -> BundleIndex | None:
        """The index, or None where only TensorFlow can read it."""
        try:
            index = parse_index(read_small_file(checkpoint.index, limit_bytes=_MAX_INDEX_BYTES))
        except DamagedIndexError as error:
            raise Conflict(
                f"{checkpoint.index.name} is damaged: {error}. Copy or save the checkpoint again."
            ) from error
        except UnsupportedIndexError:
            return None
        return None if index.is_big_endian else index


def _length(shard: AssetPath) -> FileStamp | str:
    """The stamp of a shard, or why it has none."""
    try:
        return stamp(shard)
    except PublicError as error:
        return error.message


def _variable(
    checkpoint: CheckpointFiles,
    name: TensorName,
    entry: BundleEntry,
    shards: tuple[AssetPath, ...],
    lengths: list[FileStamp | str],
) -> FoundTensor:
    dtype = dtype_name(entry.dtype_code)
    if entry.is_sliced:
        files = (checkpoint.index, *shards)
        is_viewable = is_matrix(dtype, entry.shape)
        source = TensorFlowTensor(checkpoint.prefix, name, entry.shape, dtype, files) if is_viewable else None
        return FoundTensor(
            name, entry.shape, dtype, source, next((text for text in lengths if isinstance(text, str)), "")
        )
    damage = _damage(checkpoint, entry, dtype, shards[entry.shard], lengths[entry.shard])
    if damage or not is_matrix(dtype, entry.shape):
        return FoundTensor(name, entry.shape, dtype, None, damage)
    n_points, n_dims = entry.shape
    contiguous = ContiguousTensor(
        file=shards[entry.shard],
        offset=entry.offset,
        n_points=n_points,
        n_dims=n_dims,
        dtype=dtype,
        companions=(checkpoint.index,),
        checksum=entry.crc32c,
    )
    return FoundTensor(name, entry.shape, dtype, contiguous)


def _damage(
    checkpoint: CheckpointFiles, entry: BundleEntry, dtype: str, shard: AssetPath, length: FileStamp | str
) -> str:
    if isinstance(length, str):
        return length
    needed = entry.offset + entry.n_bytes
    if length.n_bytes < needed:
        return (
            f"{shard.name} was cut short: it has {length.n_bytes:,} bytes, but {checkpoint.index.name} places a tensor"
            f" up to byte {needed:,}. Copy or save the checkpoint again."
        )
    if is_numeric(dtype) and entry.n_bytes != math.prod(entry.shape) * element_bytes(dtype):
        return f"{checkpoint.index.name} is damaged: the size of a tensor does not fit its shape."
    return ""


@dataclass(frozen=True)
class TensorFlowTensor:
    """A matrix that TensorFlow reads, whole into memory."""

    prefix: AssetPath
    name: TensorName
    shape: Shape
    dtype: str
    files: tuple[AssetPath, ...]

    @property
    def n_points(self) -> int:
        return self.shape[0]

    @property
    def n_dims(self) -> int:
        return self.shape[1]

    def digest(self) -> str:
        """See ``TensorSource.digest``."""
        return files_digest("tensorflow", (self.name, self.dtype, *self.shape), self.files)

    @contextmanager
    def open_rows(self) -> Iterator[ReadRows]:
        """See ``TensorSource.open_rows``."""
        values = _with_tensorflow(self.prefix, self.files[0], lambda reader: reader.get_tensor(self.name))

        def read(first: int, n_rows: int) -> bytes:
            with np.errstate(over="ignore"):
                return bytes(values[first : first + n_rows].astype("<f4").tobytes())

        yield read


def _list_with_tensorflow(checkpoint: CheckpointFiles) -> tuple[FoundTensor, ...]:
    """All variables as TensorFlow lists them."""
    shapes, dtypes = _with_tensorflow(
        checkpoint.prefix,
        checkpoint.index,
        lambda reader: (reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()),
    )
    variables = []
    for name in sorted(shapes):
        shape, dtype = tuple(shapes[name]), "float16" if dtypes[name].name == "half" else dtypes[name].name
        source = TensorFlowTensor(checkpoint.prefix, TensorName(name), shape, dtype, (checkpoint.index,))
        is_viewable = is_matrix(dtype, shape)
        variables.append(FoundTensor(TensorName(name), shape, dtype, source if is_viewable else None))
    return tuple(variables)


def _with_tensorflow(prefix: AssetPath, file: AssetPath, read: Any) -> Any:
    """What ``read`` gets from TensorFlow's checkpoint reader; its errors hold server paths and stay in the log."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    try:
        return read(tf.train.load_checkpoint(str(prefix.absolute)))
    except (tf.errors.OpError, RuntimeError, ValueError) as error:
        raise Conflict(f"{file.name} or a data file beside it is damaged: TensorFlow cannot read it.") from error
