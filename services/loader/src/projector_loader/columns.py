"""The type, the statistics and the compact values of one metadata column, from the text of its cells.

The work is done in passes over whole columns that run in C: a million cells take well under a second.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

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

_N_SAMPLE = 64
"""Cells looked at before a whole column is tried as numbers or dates."""
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_NOT_FINITE = frozenset({"nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
_NOT_INTEGER = re.compile(r"[.eEnN]")
_EXACT_INTEGERS = 2**53
_MOST_INTEGER_CHARS = 64
"""Beyond it nobody pads an integer with zeros, and int() takes its time."""
_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?)?\s*", re.ASCII)
_TRUTHS = frozenset({"true", "false"})


def build_column(name: str, cells: Sequence[str]) -> Column:
    """One column of ``len(cells)`` rows. Cells without a visible character are missing.

    Numbers that are not finite count as missing, since nothing can be drawn at them. Dates and times are those of
    ISO 8601, UTC where they name no zone.
    """
    cells = ["" if not cell or cell.isspace() else cell for cell in cells]
    numbers = _numbers(cells)
    if numbers is not None:
        return _number_column(name, numbers, cells)
    counts = Counter(cells)
    n_missing = counts.pop("", 0)
    seconds_of = _times(counts)
    if seconds_of is not None:
        seconds = np.fromiter(map(seconds_of.__getitem__, cells), np.float64, len(cells))
        return _number_column(name, _Numbers(ColumnType.DATE_TIME, seconds), cells)
    return _text_column(name, cells, counts, n_missing)


@dataclass(frozen=True)
class _Numbers:
    """Cells as numbers: float64 ``(n_rows,)``, NaN where missing."""

    type: ColumnType
    values: NDArray[np.float64]


def _numbers(cells: Sequence[str]) -> _Numbers | None:
    """All cells as numbers; None where a cell is none, or not one is finite."""
    sample = islice(filter(None, cells), _N_SAMPLE)
    if not all(_NUMBER.fullmatch(cell) or cell.strip().lower() in _NOT_FINITE for cell in sample):
        return None
    text = "\n".join(cells)
    # float() takes more than is meant here: 1_000 and the digits of all scripts.
    if not text.isascii() or "_" in text:
        return None
    try:
        values = np.fromiter((float(cell or "nan") for cell in cells), np.float64, len(cells))
    except ValueError:
        return None
    finite = np.isfinite(values)
    if not finite.any():
        return None
    if _NOT_INTEGER.search(text):
        values[~finite] = np.nan
        return _Numbers(ColumnType.NUMBER, values)
    if (np.abs(values) >= _EXACT_INTEGERS).any() and not all(map(_is_exact, filter(None, cells))):
        return None
    return _Numbers(ColumnType.INTEGER, values)


def _is_exact(integer: str) -> bool:
    """Whether float64 holds it. Larger ones are identifiers, which would silently become their neighbors."""
    return len(integer) <= _MOST_INTEGER_CHARS and abs(int(integer)) <= _EXACT_INTEGERS


def _times(counts: Counter[str]) -> dict[str, float] | None:
    """Seconds since 1970 of each distinct cell, NaN of the missing one; None where one is no date."""
    if not counts or not all(map(_DATE.fullmatch, islice(counts, _N_SAMPLE))):
        return None
    seconds_of = {"": np.nan}
    try:
        for cell in counts:
            moment = datetime.fromisoformat(cell.strip())
            seconds_of[cell] = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return None
    return seconds_of


def _number_column(name: str, numbers: _Numbers, cells: Sequence[str]) -> Column:
    values = numbers.values
    present = np.flatnonzero(~np.isnan(values))
    distinct, first, counts = np.unique(values[present], return_index=True, return_counts=True)
    frequent = np.lexsort((first, -counts))[:MAX_CATEGORIES]
    summary = ColumnSummary(
        name=name,
        type=numbers.type,
        n_unique=len(distinct),
        n_missing=len(values) - len(present),
        minimum=float(distinct[0]) if len(distinct) else None,
        maximum=float(distinct[-1]) if len(distinct) else None,
        top_values=tuple(ValueCount(cells[present[first[i]]].strip(), int(counts[i])) for i in frequent),
    )
    return Column(summary, len(values), Numbers(values))


def _text_column(name: str, cells: Sequence[str], counts: Counter[str], n_missing: int) -> Column:
    summary = ColumnSummary(
        name=name,
        type=_text_type(counts),
        n_unique=len(counts),
        n_missing=n_missing,
        minimum=None,
        maximum=None,
        # Ties stay in order of appearance.
        top_values=tuple(ValueCount(value, count) for value, count in counts.most_common(MAX_CATEGORIES)),
    )
    values = _plain_text(cells) if summary.type is ColumnType.TEXT else _dictionary(cells, counts)
    return Column(summary, len(cells), values)


def _text_type(counts: Counter[str]) -> ColumnType:
    if len(counts) > MAX_CATEGORIES:
        return ColumnType.TEXT
    words = {value.strip().lower() for value in counts}
    return ColumnType.BOOLEAN if words and words <= _TRUTHS and len(words) == len(counts) else ColumnType.CATEGORY


def _dictionary(cells: Sequence[str], counts: Counter[str]) -> Dictionary:
    code_of = {"": MISSING_CODE} | {value: code for code, value in enumerate(counts)}
    return Dictionary(tuple(counts), np.fromiter(map(code_of.__getitem__, cells), np.uint32, len(cells)))


def _plain_text(cells: Sequence[str]) -> Text:
    text = "".join(cells)
    lengths = map(len, cells) if text.isascii() else (len(cell.encode()) for cell in cells)
    offsets = np.zeros(len(cells) + 1, np.uint32)
    np.cumsum(np.fromiter(lengths, np.uint32, len(cells)), out=offsets[1:])
    return Text(text.encode(), offsets)
