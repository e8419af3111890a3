"""Checkpoints that only TensorFlow reads: the single files before bundles, compressed and big-endian bundles.

The only importer of TensorFlow. Runs in a child process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.foreign_file import ForeignTensor

_INDEX_SUFFIX = ".index"


def open_foreign(file: AssetPath, opened: FileInUse) -> TensorFlowCheckpoint:
    """Open the checkpoint of an index file or of a single file."""
    opened.stream.close()  # TensorFlow opens it by its name, and the data shards beside it
    return TensorFlowCheckpoint(file)


class TensorFlowCheckpoint:
    """A checkpoint; the variable read last stays in memory, since TensorFlow reads variables whole."""

    def __init__(self, file: AssetPath) -> None:
        self._file = file
        try:
            self._reader: Any = tf.train.load_checkpoint(str(file.absolute).removesuffix(_INDEX_SUFFIX))
        except (tf.errors.OpError, RuntimeError, ValueError) as error:
            raise self._damaged() from error
        self._name: str | None = None
        self._values: NDArray[np.float32] = np.empty((0, 0), np.float32)

    def tensors(self) -> Sequence[ForeignTensor]:
        """All variables by name."""
        shapes, dtypes = self._reader.get_variable_to_shape_map(), self._reader.get_variable_to_dtype_map()
        return [ForeignTensor(name, tuple(shapes[name]), _dtype_name(dtypes[name].name)) for name in sorted(shapes)]

    def read_rows(self, name: str, first: int, n_rows: int) -> bytes:
        """See ``ForeignFile.read_rows``."""
        if name != self._name:
            try:
                stored = self._reader.get_tensor(name)
            except (tf.errors.OpError, RuntimeError, ValueError) as error:
                raise self._damaged() from error
            with np.errstate(over="ignore"):
                self._name, self._values = name, stored.astype("<f4")
        return self._values[first : first + n_rows].tobytes()

    def column_names(self, name: str) -> Sequence[str]:
        """A checkpoint keeps no metadata."""
        return ()

    def read_cells(self, name: str, column: int) -> Sequence[str]:
        """A checkpoint keeps no metadata."""
        return ()

    def close(self) -> None:
        """Nothing is kept open."""

    def _damaged(self) -> Conflict:
        return Conflict(f"{self._file.name} or a data file beside it is damaged: TensorFlow cannot read it.")


def _dtype_name(name: str) -> str:
    return "float16" if name == "half" else name
