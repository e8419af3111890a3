"""Parquet files; see ``columnar`` for what of them is a tensor. Runs in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath, FileInUse
from projector_loader.readers.columnar import MAX_COLUMN_BYTES, ColumnarFile

_MAX_FOOTER_BYTES = 64 * 2**20
_N_BATCH_ROWS = 1024


def open_foreign(file: AssetPath, opened: FileInUse) -> ColumnarFile:
    """Open a Parquet file."""
    return ColumnarFile(file, ParquetRows(file, opened.stream), opened.stamp.n_bytes)


class ParquetRows:
    """See ``ColumnarRows``: its units are row groups, of which only a batch is decoded at a time."""

    def __init__(self, file: AssetPath, stream: BinaryIO) -> None:
        self._stream = stream
        self._table: Any = pq.ParquetFile(
            pa.memory_map(f"/dev/fd/{stream.fileno()}"),
            thrift_string_size_limit=_MAX_FOOTER_BYTES,
            thrift_container_size_limit=_MAX_FOOTER_BYTES // 16,
        )
        self.schema: Any = self._table.schema_arrow
        metadata = self._table.metadata
        counts = [int(metadata.row_group(i).num_rows) for i in range(metadata.num_row_groups)]
        if sum(counts) != metadata.num_rows or any(count < 0 for count in counts):
            raise Conflict(f"{file.name} is damaged: its row groups do not make up its rows. Copy or save it again.")
        self.starts = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)

    def batches(self, columns: Sequence[str], unit: int) -> Iterator[Any]:
        """See ``ColumnarRows.batches``."""
        groups = range(unit, len(self.starts) - 1)
        batches: Iterator[Any] = self._table.iter_batches(
            _N_BATCH_ROWS, row_groups=groups, columns=list(columns), use_threads=False
        )
        return batches

    def is_column_small(self, name: str) -> bool:
        """Whether a column takes no more memory than metadata may."""
        metadata = self._table.metadata
        total = 0
        for i in range(metadata.num_row_groups):
            group = metadata.row_group(i)
            total += sum(
                chunk.total_uncompressed_size
                for chunk in map(group.column, range(group.num_columns))
                if chunk.path_in_schema == name
            )
        return total <= MAX_COLUMN_BYTES

    def close(self) -> None:
        self._table.close()
        self._stream.close()
