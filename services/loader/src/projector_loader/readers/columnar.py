"""Tensors in tables by columns, of Parquet and Arrow files alike: which columns form them, and which are metadata.

A column of lists of numbers is a tensor. Without one, the columns of floating-point numbers together are, or all
columns of numbers where fewer than two have a fraction. The other columns become metadata. Runs in a child process.
Rows are decoded from the last place before them where the format allows to begin; only a batch is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from projector_chassis.errors import Conflict
from projector_loader.asset_paths import AssetPath
from projector_loader.cells import valid_text
from projector_loader.foreign_file import ForeignTensor, is_too_large

MAX_COLUMN_BYTES = 256 * 2**20

_PANDAS_INDEX = "__index_level_"


class ColumnarRows(Protocol):
    """A table that is read by columns, batch after batch.

    Attributes:
        schema: Arrow's names and types of the columns.
        starts: rows at which reading can begin, int64 ``(n_units + 1,)``; the last one is the number of rows.
    """

    schema: Any
    starts: NDArray[np.int64]

    def batches(self, columns: Sequence[str], unit: int) -> Iterator[Any]:
        """Record batches with these columns, from the start of a unit to the end of the table."""
        ...

    def is_column_small(self, name: str) -> bool:
        """Whether a column takes no more memory than ``MAX_COLUMN_BYTES``."""
        ...

    def close(self) -> None: ...


class ColumnarFile:
    """An open table as a ``ForeignFile``. Rows that follow those read last cost no more than themselves."""

    def __init__(self, file: AssetPath, rows: ColumnarRows, file_bytes: int) -> None:
        self._file = file
        self._rows = rows
        self._file_bytes = file_bytes
        self._n_rows = int(rows.starts[-1])
        self._lengths: dict[str, int] = {}
        self._name: str | None = None
        self._batches: Iterator[Any] = iter(())
        self._held: NDArray[np.float32] = np.empty((0, 0), "<f4")
        self._held_first = 0

    def tensors(self) -> Sequence[ForeignTensor]:
        """Each column of lists, or the columns of numbers together."""
        schema = self._rows.schema
        tensors = [self._list_tensor(name) for name in list_columns(schema)]
        numbers = number_columns(schema)
        if numbers:
            dtypes = {element_type(schema.field(name).type) for name in numbers}
            dtype = dtypes.pop() if len(dtypes) == 1 and not any(map(_is_unusual, dtypes)) else "float64"
            tensors.append(self._tensor("", len(numbers), dtype))
        return tensors

    def read_rows(self, name: str, first: int, n_rows: int) -> bytes:
        """See ``ForeignFile.read_rows``."""
        if name != self._name or not self._held_first <= first or self._unit(first) > self._unit(self._held_end):
            unit = self._unit(first)
            columns = [name] if name else number_columns(self._rows.schema)
            self._name, self._batches = name, self._rows.batches(columns, unit)
            self._held, self._held_first = self._held[:0], int(self._rows.starts[unit])
        parts = []
        while n_rows > 0:
            part = self._held[first - self._held_first :][:n_rows] if first < self._held_end else self._held[:0]
            parts.append(part.tobytes())
            first, n_rows = first + len(part), n_rows - len(part)
            if n_rows > 0:
                self._advance()
        return b"".join(parts)

    def column_names(self, name: str) -> Sequence[str]:
        """See ``ForeignFile.column_names``."""
        return [shown_name(column) for column in self._small_columns()]

    def read_cells(self, name: str, column: int) -> Sequence[str]:
        """See ``ForeignFile.read_cells``."""
        wanted = self._small_columns()[column]
        return [cell for batch in self._rows.batches([wanted], 0) for cell in column_cells(batch.column(wanted))]

    def close(self) -> None:
        self._rows.close()

    @property
    def _held_end(self) -> int:
        return self._held_first + len(self._held)

    def _unit(self, row: int) -> int:
        """The unit that a row lies in."""
        starts = self._rows.starts
        return min(int(np.searchsorted(starts, row, "right")) - 1, len(starts) - 2)

    def _advance(self) -> None:
        """Hold the batch after the one that is held."""
        first = self._held_end
        batch = next(self._batches, None)
        if batch is None:
            self._name = None
            raise Conflict(f"{self._file.name} holds fewer rows than it tells. Copy or save it again.")
        if self._name:
            matrix = matrix_of_lists(batch.column(self._name), self._length(self._name) or 0, self._file, first)
        else:
            matrix = matrix_of_columns([batch.column(name) for name in number_columns(self._rows.schema)])
        self._held, self._held_first = matrix, first

    def _length(self, name: str) -> int | None:
        """Numbers in the first list of a column; None where there is no list."""
        if name not in self._lengths:
            batch = next((each for each in self._rows.batches([name], 0) if each.num_rows), None)
            length = None if batch is None else list_length(batch.column(name))
            if length is None:
                return None
            self._lengths[name] = length
        return self._lengths[name]

    def _list_tensor(self, name: str) -> ForeignTensor:
        length = self._length(name)
        dtype = element_type(self._rows.schema.field(name).type)
        if length is None:
            return ForeignTensor(valid_text(name), (self._n_rows, 0), dtype)
        return self._tensor(name, length, dtype if not _is_unusual(dtype) else "float64")

    def _tensor(self, name: str, n_dims: int, dtype: str) -> ForeignTensor:
        refusal = ""
        if is_too_large(self._n_rows * n_dims, self._file_bytes):
            refusal = (
                f"It claims to be {self._n_rows:,} x {n_dims:,}, but its file has only {self._file_bytes:,} bytes."
                " Save it again."
            )
        left_out = [name for name in metadata_columns(self._rows.schema) if not self._rows.is_column_small(name)]
        return ForeignTensor(
            name=name,
            shape=(self._n_rows, n_dims),
            dtype=dtype,
            refusal=refusal,
            has_columns=bool(self._small_columns()),
            notices=tuple(
                f'the column "{shown_name(each)}" is larger than {MAX_COLUMN_BYTES:,} bytes and left out.'
                for each in left_out
            ),
        )

    def _small_columns(self) -> list[str]:
        return [name for name in metadata_columns(self._rows.schema) if self._rows.is_column_small(name)]


def _is_unusual(dtype: str) -> bool:
    """Whether it is a number type that only tables have; they are read as float64."""
    return dtype.startswith("decimal")


def list_columns(schema: Any) -> list[str]:
    """Columns whose cells are lists of numbers."""
    return [field.name for field in _unique(schema) if _is_list_of_numbers(field.type)]


def number_columns(schema: Any) -> list[str]:
    """The columns that form a tensor together; none where there are lists or no numbers."""
    if list_columns(schema):
        return []
    fields = [field for field in _unique(schema) if not field.name.startswith(_PANDAS_INDEX)]
    floats = [field.name for field in fields if pa.types.is_floating(field.type) or pa.types.is_decimal(field.type)]
    if len(floats) >= 2:
        return floats
    return [field.name for field in fields if _is_number(field.type) and not pa.types.is_boolean(field.type)]


def metadata_columns(schema: Any) -> list[str]:
    """The columns that become metadata; what has no short text, e.g. images, is left out."""
    taken = {*list_columns(schema), *number_columns(schema)}
    return [field.name for field in _unique(schema) if field.name not in taken and _has_text(field.type)]


def shown_name(column: str) -> str:
    """What a column is called; pandas' index has a name that nobody gave."""
    return "index" if column.startswith(_PANDAS_INDEX) else valid_text(column)


def list_length(column: Any) -> int | None:
    """Numbers in the first list of a column; None where it holds no list."""
    if pa.types.is_fixed_size_list(column.type):
        return int(column.type.list_size)
    lengths = pc.list_value_length(column).drop_null()
    return int(lengths[0].as_py()) if len(lengths) else None


def element_type(data_type: Any) -> str:
    """The name of a type of numbers, or that of its lists."""
    inner = data_type.value_type if _is_list(data_type) else data_type
    return {"halffloat": "float16", "float": "float32", "double": "float64"}.get(str(inner), str(inner))


def matrix_of_lists(column: Any, n_dims: int, file: AssetPath, first_row: int) -> NDArray[np.float32]:
    """Lists as float32 ``(n_rows, n_dims)``.

    Raises:
        Conflict: a row holds no list, or one of another length.
    """
    lengths = np.asarray(pc.fill_null(pc.list_value_length(column), -1))
    wrong = np.flatnonzero(lengths != n_dims)
    if len(wrong):
        held = "no vector" if lengths[wrong[0]] < 0 else f"{lengths[wrong[0]]:,} values"
        raise Conflict(f"{file.name}, row {first_row + int(wrong[0]) + 1:,}: {held}, but the first row has {n_dims:,}.")
    return _numbers(column.flatten()).reshape(-1, n_dims)


def matrix_of_columns(columns: Sequence[Any]) -> NDArray[np.float32]:
    """Columns of numbers as float32 ``(n_rows, n_columns)``; missing ones become NaN."""
    return np.stack([_numbers(column) for column in columns], axis=1)


def column_cells(column: Any) -> list[str]:
    """The cells of a metadata column, empty where missing."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return [text or "" for text in column.cast(pa.large_string()).to_pylist()]


def _numbers(column: Any) -> NDArray[np.float32]:
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.uint8())
    elif pa.types.is_decimal(column.type):
        column = column.cast(pa.float64())
    with np.errstate(over="ignore"):
        return np.asarray(column.to_numpy(zero_copy_only=False)).astype("<f4")


def _unique(schema: Any) -> Iterator[Any]:
    """The fields that can be asked for by name."""
    names = [field.name for field in schema]
    for field in schema:
        if names.count(field.name) == 1:
            yield field


def _is_list(data_type: Any) -> bool:
    types = pa.types
    return bool(types.is_list(data_type) or types.is_large_list(data_type) or types.is_fixed_size_list(data_type))


def _is_list_of_numbers(data_type: Any) -> bool:
    return _is_list(data_type) and _is_number(data_type.value_type)


def _is_number(data_type: Any) -> bool:
    types = pa.types
    return bool(
        types.is_integer(data_type)
        or types.is_floating(data_type)
        or types.is_boolean(data_type)
        or types.is_decimal(data_type)
    )


def _has_text(data_type: Any) -> bool:
    types = pa.types
    if types.is_dictionary(data_type):
        return _has_text(data_type.value_type)
    return bool(
        _is_number(data_type)
        or types.is_string(data_type)
        or types.is_large_string(data_type)
        or types.is_string_view(data_type)
        or types.is_date(data_type)
        or types.is_timestamp(data_type)
        or types.is_time(data_type)
    )
