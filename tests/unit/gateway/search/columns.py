"""Serialised columns as the loader sends them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import accumulate
from math import nan

from projector_contracts.loader.v1 import loader_pb2

MISSING_CODE = 0xFFFFFFFF


def numbers(*values: float | None) -> bytes:
    """A numeric column; None where a cell is missing."""
    packed = struct.pack(f"<{len(values)}d", *(nan if value is None else value for value in values))
    return _column(loader_pb2.NUMBER, len(values), numbers=loader_pb2.NumberValues(float64=packed))


def categories(*cells: str | None) -> bytes:
    """A column of few distinct texts; None where a cell is missing."""
    values = list(dict.fromkeys(cell for cell in cells if cell is not None))
    codes = [MISSING_CODE if cell is None else values.index(cell) for cell in cells]
    packed = struct.pack(f"<{len(codes)}I", *codes)
    dictionary = loader_pb2.DictionaryValues(values=values, codes=packed)
    return _column(loader_pb2.CATEGORY, len(cells), dictionary=dictionary)


def texts(*cells: str) -> bytes:
    """A column of texts; empty where a cell is missing."""
    encoded = [cell.encode() for cell in cells]
    offsets = list(accumulate(map(len, encoded), initial=0))
    packed = struct.pack(f"<{len(offsets)}I", *offsets)
    return _column(loader_pb2.TEXT, len(cells), text=loader_pb2.TextValues(utf8=b"".join(encoded), offsets=packed))


def of_kind(kind: str, cells: Sequence[str]) -> bytes:
    """The same texts in one of the two ways that the loader sends texts."""
    return texts(*cells) if kind == "text" else categories(*(cell or None for cell in cells))


def _column(
    type_: loader_pb2.ColumnType.ValueType,
    n_rows: int,
    *,
    numbers: loader_pb2.NumberValues | None = None,
    dictionary: loader_pb2.DictionaryValues | None = None,
    text: loader_pb2.TextValues | None = None,
) -> bytes:
    column = loader_pb2.Column(
        name="label", type=type_, n_rows=n_rows, numbers=numbers, dictionary=dictionary, text=text
    )
    return column.SerializeToString()
