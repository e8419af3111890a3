"""A layout as a Parquet file. Import it where one is asked for: pyarrow is large."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from projector_gateway.jobs.downloads import Table, spans
from projector_gateway.wire_arrays import write_float32, write_uint32

_PIECES_OF_GROUP = 32
"""Many small row groups make a large file that is slow to read."""


class _Sink:
    """A file that is taken away while it is written."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._n_bytes = 0

    def write(self, content: bytes) -> int:
        self._parts.append(bytes(content))
        self._n_bytes += len(content)
        return len(content)

    def tell(self) -> int:
        return self._n_bytes

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def take(self) -> bytes:
        """What has been written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def parquet_pieces(table: Table) -> Iterator[bytes]:
    """The file, a group of rows at a time; between them nothing."""
    schema = pa.schema([("row", pa.uint32()), *((axis, pa.float32()) for axis in table.axes)])
    sink = _Sink()
    with pq.ParquetWriter(sink, schema) as writer:
        batches = []
        for start, stop in spans(table.layout.n_points):
            batches.append(_batch(table, schema, start, stop))
            if len(batches) == _PIECES_OF_GROUP or stop == table.layout.n_points:
                writer.write_table(pa.Table.from_batches(batches))
                batches = []
            yield sink.take()
    yield sink.take()


def _batch(table: Table, schema: pa.Schema, start: int, stop: int) -> pa.RecordBatch:
    values = table.layout.rows(start, stop)
    n_rows, n_axes = stop - start, len(table.axes)
    contents = [
        (pa.uint32(), write_uint32(table.rows_between(start, stop))),
        *((pa.float32(), write_float32(values[dim::n_axes])) for dim in range(n_axes)),
    ]
    columns = [pa.Array.from_buffers(kind, n_rows, [None, pa.py_buffer(content)]) for kind, content in contents]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
