"""The type, the statistics and the compact values of one metadata column, from the text of its cells."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from projector_loader.model import (
    MISSING_CODE,
    Column,
    ColumnSummary,
    ColumnType,
    Dictionary,
    Numbers,
    Text,
    ValueCount,
)

MAX_CATEGORIES = 50
"""Text with more distinct values is TEXT; also the number of ``top_values``. TensorBoard's limit of a colour map."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_NOT_FINITE = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
_EXACT_INTEGERS = 2**53


def build_column(name: str, cells: Sequence[str]) -> Column:
    """One column of ``len(cells)`` rows. Cells without a visible character are missing."""
    counts = Counter(cells)
    present = [cell for cell in counts if cell and not cell.isspace()]
    kind = _column_type(present)
    if kind in (ColumnType.INTEGER, ColumnType.NUMBER):
        return _number_column(name, kind, cells, counts, present)
    return _text_column(name, kind, cells, counts, present)


def _column_type(present: Sequence[str]) -> ColumnType:
    """The narrowest type that all distinct, non-empty cells fit."""
    if present and all(_INTEGER.fullmatch(cell) for cell in present):
        # Larger ones are identifiers: as float64 they would silently become their neighbors.
        is_exact = all(len(cell) < 400 and abs(int(cell)) <= _EXACT_INTEGERS for cell in present)
        if is_exact:
            return ColumnType.INTEGER
    elif any(_NUMBER.fullmatch(cell) for cell in present) and all(
        _NUMBER.fullmatch(cell) or cell.strip().lower() in _NOT_FINITE for cell in present
    ):
        return ColumnType.NUMBER
    return ColumnType.CATEGORY if len(present) <= MAX_CATEGORIES else ColumnType.TEXT


def _number_column(
    name: str, kind: ColumnType, cells: Sequence[str], counts: Counter[str], present: Sequence[str]
) -> Column:
    """A numeric column; what is not finite counts as missing, since nothing can be drawn at it."""
    numbers = dict.fromkeys(counts, math.nan)
    by_value: dict[float, tuple[str, int]] = {}
    for cell in present:
        value = float(cell)
        if not math.isfinite(value):
            continue
        numbers[cell] = value
        spelled, count = by_value.get(value, (cell.strip(), 0))
        by_value[value] = (spelled, count + counts[cell])
    values = np.fromiter((numbers[cell] for cell in cells), np.float64, len(cells))
    summary = ColumnSummary(
        name=name,
        type=kind,
        n_unique=len(by_value),
        n_missing=int(np.isnan(values).sum()),
        minimum=min(by_value) if by_value else None,
        maximum=max(by_value) if by_value else None,
        top_values=_top(Counter(dict(by_value.values()))),
    )
    return Column(summary, len(cells), Numbers(values))


def _text_column(
    name: str, kind: ColumnType, cells: Sequence[str], counts: Counter[str], present: Sequence[str]
) -> Column:
    summary = ColumnSummary(
        name=name,
        type=kind,
        n_unique=len(present),
        n_missing=len(cells) - sum(counts[cell] for cell in present),
        minimum=None,
        maximum=None,
        top_values=_top(Counter({cell: counts[cell] for cell in present})),
    )
    if kind is ColumnType.CATEGORY:
        code_of = dict.fromkeys(counts, MISSING_CODE) | {cell: code for code, cell in enumerate(present)}
        codes = np.fromiter((code_of[cell] for cell in cells), np.uint32, len(cells))
        return Column(summary, len(cells), Dictionary(tuple(present), codes))
    encoded = dict.fromkeys(counts, b"") | {cell: cell.encode() for cell in present}
    utf8 = [encoded[cell] for cell in cells]
    offsets = np.zeros(len(cells) + 1, np.uint32)
    np.cumsum([len(cell) for cell in utf8], dtype=np.uint32, out=offsets[1:])
    return Column(summary, len(cells), Text(b"".join(utf8), offsets))


def _top(counts: Counter[str]) -> tuple[ValueCount, ...]:
    """The most frequent values, ties in order of appearance, which ``most_common`` keeps."""
    return tuple(ValueCount(value, count) for value, count in counts.most_common(MAX_CATEGORIES))
