"""Variables of TensorFlow checkpoints, V2 bundles and the single files before them.

The index of a bundle is read here, and tensors are read from the shards directly. Only what that cannot do (compressed
or big-endian bundles, the old format) goes through TensorFlow, in a child process: its import takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from projector_chassis.errors import Conflict, PublicError
from projector_loader.asset_paths import AssetPath, DataRoot, FileStamp, open_file, read_small_file, stamp
from projector_loader.checkpoints import CheckpointFiles, shard_files
from projector_loader.file_cache import FAILURE_SECONDS, FileCache
from projector_loader.foreign import list_foreign
from projector_loader.model import TensorName
from projector_loader.reader_process import ReaderProcesses
from projector_loader.readers.bundle_index import (
    BundleEntry,
    BundleIndex,
    DamagedIndexError,
    UnsupportedIndexError,
    parse_index,
)
from projector_loader.readers.contiguous import ContiguousTensor, pread
from projector_loader.readers.elements import dtype_name, element_bytes, is_numeric
from projector_loader.readers.object_graph import GRAPH_KEY, variable_names
from projector_loader.readers.partitioned import Part, PartitionedTensor, covers
from projector_loader.tensor_names import base_name, is_unreadable
from projector_loader.tensors import FoundTensor, is_matrix

_MAX_INDEX_BYTES = 16 * 2**20
_MAX_GRAPH_BYTES = 8 * 2**20


class CheckpointReader:
    """Lists the variables of checkpoints, remembering index files that have not changed.

    Args:
        root: where the shards may lie.
        processes: where TensorFlow runs.
        n_cached: index files remembered.
    """

    def __init__(self, root: DataRoot, processes: ReaderProcesses, n_cached: int = 256) -> None:
        self._root = root
        self._processes = processes
        self._indices: FileCache[BundleIndex | None] = FileCache(n_cached, failure_seconds=FAILURE_SECONDS)
        self._listings: FileCache[tuple[FoundTensor, ...]] = FileCache(n_cached, failure_seconds=FAILURE_SECONDS)

    def variables(self, checkpoint: CheckpointFiles) -> tuple[FoundTensor, ...]:
        """All variables of a checkpoint by name, those of a damaged shard with their ``damage``.

        Raises:
            NotFound, Conflict: the index is missing or damaged.
        """
        key = (checkpoint.index.absolute, stamp(checkpoint.index))
        index = self._indices.get(key, lambda: self._read_index(checkpoint)) if checkpoint.is_bundle else None
        if index is None:
            return self._listings.get(key, lambda: list_foreign(self._processes, "tensorflow", checkpoint.index))
        shards = _Shards(checkpoint, shard_files(self._root, checkpoint, index.n_shards))
        return self._listings.get((*key, *shards.states), lambda: _list_variables(index, shards))

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


class _Shards:
    """The data shards of a checkpoint as they are now: their stamps, or why they have none."""

    def __init__(self, checkpoint: CheckpointFiles, files: tuple[AssetPath, ...]) -> None:
        self.index = checkpoint.index
        self._files = files
        self.states = tuple(map(_state, files))

    def file(self, entry: BundleEntry) -> AssetPath:
        return self._files[entry.shard]

    def damage(self, entry: BundleEntry) -> str:
        """Why the bytes of an entry cannot be read; empty where they can."""
        state = self.states[entry.shard]
        if isinstance(state, str):
            return state
        needed = entry.offset + entry.n_bytes
        if state.n_bytes < needed:
            return (
                f"{self.file(entry).name} was cut short: it has {state.n_bytes:,} bytes, but {self.index.name} places a"
                f" tensor up to byte {needed:,}. Copy or save the checkpoint again."
            )
        dtype = dtype_name(entry.dtype_code)
        if is_numeric(dtype) and entry.n_bytes != math.prod(entry.shape) * element_bytes(dtype):
            return f"{self.index.name} is damaged: the size of a tensor does not fit its shape."
        return ""


def _state(shard: AssetPath) -> FileStamp | str:
    try:
        return stamp(shard)
    except PublicError as error:
        return error.message


def _list_variables(index: BundleIndex, shards: _Shards) -> tuple[FoundTensor, ...]:
    names = _variable_names(index, shards)
    tensors = [_variable(shards, TensorName(name), entry, names.get(name, "")) for name, entry in index.entries.items()]
    return _without_copies(tensors, index, names)


def _variable(shards: _Shards, name: TensorName, entry: BundleEntry, own_name: str) -> FoundTensor:
    dtype = dtype_name(entry.dtype_code)
    found = FoundTensor(name, entry.shape, dtype, None, short_name=own_name if is_unreadable(name) else "")
    if entry.parts:
        return _partitioned(shards, found, entry)
    damage = shards.damage(entry)
    if damage or not is_matrix(dtype, entry.shape):
        return replace(found, damage=damage)
    n_points, n_dims = entry.shape
    contiguous = ContiguousTensor(
        file=shards.file(entry),
        offset=entry.offset,
        n_points=n_points,
        n_dims=n_dims,
        dtype=dtype,
        companions=(shards.index,),
        checksum=entry.crc32c,
    )
    return replace(found, source=contiguous)


def _partitioned(shards: _Shards, found: FoundTensor, entry: BundleEntry) -> FoundTensor:
    damage = next(filter(None, (shards.damage(part.entry) for part in entry.parts)), "")
    if damage or not is_matrix(found.dtype, found.shape):
        return replace(found, damage=damage)
    parts = tuple(
        Part(shards.file(part.entry), part.entry.offset, first_row, n_rows, first_dim, n_part, part.entry.crc32c)
        for part in entry.parts
        for (first_row, first_dim), (n_rows, n_part) in [(part.starts, part.entry.shape)]
    )
    n_points, n_dims = found.shape
    if not covers(parts, n_points, n_dims):
        return replace(found, damage=f"{shards.index.name} is damaged: the parts of a tensor do not cover it.")
    return replace(found, source=PartitionedTensor(shards.index, parts, n_points, n_dims, found.dtype))


def _variable_names(index: BundleIndex, shards: _Shards) -> Mapping[str, str]:
    """What the object graph of the checkpoint calls its variables; nothing where it has none that can be read."""
    entry = index.entries.get(GRAPH_KEY)
    if entry is None or entry.n_bytes > _MAX_GRAPH_BYTES or shards.damage(entry):
        return {}
    try:
        opened = open_file(shards.file(entry))
    except PublicError:
        return {}
    with opened.stream as stream:
        return variable_names(pread(stream.fileno(), entry.offset, entry.n_bytes))


def _without_copies(
    tensors: list[FoundTensor], index: BundleIndex, names: Mapping[str, str]
) -> tuple[FoundTensor, ...]:
    """The tensors, of which only one is shown where Keras saved a variable under several keys."""
    shown: dict[object, str] = {}
    numbered = {name for name in names.keys() & index.entries.keys() if is_unreadable(name)}
    for name in sorted(numbered, key=lambda name: (name.startswith("_"), name)):
        shown.setdefault(_content(index.entries[name], names[name]), name)

    def check(tensor: FoundTensor) -> FoundTensor:
        if tensor.name not in numbered or tensor.source is None:
            return tensor
        first = shown[_content(index.entries[tensor.name], names[tensor.name])]
        return tensor if first == tensor.name else replace(tensor, refusal=f"It is a copy of {base_name(first)}.")

    return tuple(map(check, tensors))


def _content(entry: BundleEntry, own_name: str) -> object:
    return own_name, entry.dtype_code, entry.shape, entry.crc32c
