"""Arrow IPC files and streams (``.arrow``, ``.feather``); see ``columnar`` for what of them is a tensor.

Runs in a child process. A file gives any of its batches; a stream, as Hugging Face's datasets keep, is read from its
start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.readers.columnar import ColumnarFile

FILE_MAGIC = b"ARROW1"


def open_foreign(file: AssetPath, opened: FileInUse) -> ColumnarFile:
    """Open an Arrow file or stream."""
    is_file = opened.stream.read(len(FILE_MAGIC)) == FILE_MAGIC
    rows = ArrowFileRows(opened.stream) if is_file else ArrowStreamRows(opened.stream)
    return ColumnarFile(file, rows, opened.stamp.n_bytes)


class ArrowFileRows:
    """See ``ColumnarRows``: its units are the record batches."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = f"/dev/fd/{stream.fileno()}"
        reader = self._reader()
        self.schema: Any = reader.schema
        counting = self._reader(_smallest_column(self.schema))
        counts = [counting.get_batch(i).num_rows for i in range(counting.num_record_batches)]
        self.starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)

    def batches(self, columns: Sequence[str], unit: int) -> Iterator[Any]:
        """See ``ColumnarRows.batches``."""
        reader = self._reader(*map(self.schema.get_field_index, columns))
        for i in range(unit, reader.num_record_batches):
            yield _checked(reader.get_batch(i))

    def is_column_small(self, name: str) -> bool:
        """Arrow files hold their columns as memory does, so the file is the limit."""
        return True

    def close(self) -> None:
        self._stream.close()

    def _reader(self, *fields: int) -> Any:
        options = pa.ipc.IpcReadOptions(included_fields=sorted(fields) or None, use_threads=False)
        return pa.ipc.open_file(pa.memory_map(self._place), options=options)


class ArrowStreamRows:
    """See ``ColumnarRows``: a stream is one unit."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._place = f"/dev/fd/{stream.fileno()}"
        self.schema: Any = self._reader().schema
        n_rows = sum(batch.num_rows for batch in self._reader(_smallest_column(self.schema)))
        self.starts = np.array([0, n_rows], np.int64)

    def batches(self, columns: Sequence[str], unit: int) -> Iterator[Any]:
        """See ``ColumnarRows.batches``."""
        return map(_checked, self._reader(*map(self.schema.get_field_index, columns)))

    def is_column_small(self, name: str) -> bool:
        """Arrow files hold their columns as memory does, so the file is the limit."""
        return True

    def close(self) -> None:
        self._stream.close()

    def _reader(self, *fields: int) -> Any:
        options = pa.ipc.IpcReadOptions(included_fields=sorted(fields) or None, use_threads=False)
        return pa.ipc.open_stream(pa.memory_map(self._place), options=options)


def _smallest_column(schema: Any) -> int:
    """The column that costs least to read in order to count rows."""
    widths = [field.type.bit_width if _has_width(field.type) else 10**6 for field in schema]
    return int(np.argmin(widths)) if widths else 0


def _has_width(data_type: Any) -> bool:
    return bool(pa.types.is_primitive(data_type))


def _checked(batch: Any) -> Any:
    """The batch, after its offsets were found to lie within it."""
    batch.validate(full=True)
    return batch
