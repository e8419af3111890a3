from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_loader.columns import MAX_CATEGORIES, build_column
from projector_loader.model import MISSING_CODE, Column, ColumnType, Dictionary, Numbers, Text, ValueCount


def cells_of(column: Column) -> list[str | float | None]:
    """What a reader of the column's values gets back, None where missing."""
    values = column.values
    if isinstance(values, Numbers):
        return [None if math.isnan(value) else value for value in values.values.tolist()]
    if isinstance(values, Dictionary):
        return [None if code == MISSING_CODE else values.values[code] for code in values.codes.tolist()]
    ends = values.offsets.tolist()
    return [values.utf8[a:b].decode() or None for a, b in pairwise(ends)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "-2", "+3", " 4 "], ColumnType.INTEGER),
        (["1", "", "2"], ColumnType.INTEGER),
        (["1", "2.5", ".5", "1e-3", "7."], ColumnType.NUMBER),
        (["1.5", "nan", "-inf"], ColumnType.NUMBER),
        (["nan", "inf"], ColumnType.CATEGORY),
        (["1", "1_000"], ColumnType.CATEGORY),
        (["0x10", "1"], ColumnType.CATEGORY),
        (["\u0661", "1"], ColumnType.CATEGORY),
        (["9007199254740993"], ColumnType.CATEGORY),
        (["9" * 5000], ColumnType.CATEGORY),
        (["", " "], ColumnType.CATEGORY),
        (["true", "False", ""], ColumnType.BOOLEAN),
        (["TRUE", "TRUE"], ColumnType.BOOLEAN),
        (["true", "True"], ColumnType.CATEGORY),
        (["true", "maybe"], ColumnType.CATEGORY),
        (["2024-01-31", "", "1969-12-31"], ColumnType.DATE_TIME),
        (["2024-01-31T23:59:59.5+02:00", "2024-01-31 08:00Z"], ColumnType.DATE_TIME),
        (["2024-01-31", "2024-02-31"], ColumnType.CATEGORY),
        (["20240131"], ColumnType.INTEGER),
        (["2024-01-31", "soon"], ColumnType.CATEGORY),
        ([f"w{i}" for i in range(MAX_CATEGORIES)], ColumnType.CATEGORY),
        ([f"w{i}" for i in range(MAX_CATEGORIES + 1)], ColumnType.TEXT),
    ],
)
def test_type(cells: list[str], kind: ColumnType) -> None:
    assert build_column("c", cells).summary.type is kind


def test_numbers_count_once_however_they_are_spelled() -> None:
    summary = build_column("c", ["1.0", "2", "1", "", "1.00", "nan"]).summary
    assert summary.n_unique == 2
    assert summary.n_missing == 2
    assert (summary.minimum, summary.maximum) == (1.0, 2.0)
    assert summary.top_values == (ValueCount("1.0", 3), ValueCount("2", 1))


def test_times_are_seconds_since_1970_and_utc_where_no_zone_is_named() -> None:
    column = build_column("c", ["1970-01-02", "", "1970-01-01T00:00:01.25Z", "1970-01-01 02:00+02:00"])
    assert cells_of(column) == [86400.0, None, 1.25, 0.0]
    assert (column.summary.minimum, column.summary.maximum, column.summary.n_missing) == (0.0, 86400.0, 1)
    assert column.summary.top_values[0] == ValueCount("1970-01-02", 1)


def test_categories_keep_their_order_of_appearance() -> None:
    column = build_column("c", ["b", "a", "", "b", " ", "c"])
    assert isinstance(column.values, Dictionary)
    assert column.values.values == ("b", "a", "c")
    assert cells_of(column) == ["b", "a", None, "b", None, "c"]
    assert column.summary.n_missing == 2
    assert column.summary.minimum is None


def test_top_values_are_frequent_first_and_ties_in_order_of_appearance() -> None:
    cells = [f"w{i}" for i in range(60)] + ["w59", "w59", "w7"]
    top = build_column("c", cells).summary.top_values
    assert len(top) == MAX_CATEGORIES
    assert top[:3] == (ValueCount("w59", 3), ValueCount("w7", 2), ValueCount("w0", 1))


def test_text_is_cut_at_its_offsets() -> None:
    words = [f"wört {i}" for i in range(60)]
    column = build_column("c", [*words, ""])
    assert isinstance(column.values, Text)
    assert cells_of(column) == [*words, None]


def test_column_without_rows() -> None:
    column = build_column("c", [])
    assert (column.n_rows, column.summary.n_unique, column.summary.type) == (0, 0, ColumnType.CATEGORY)


def test_column_of_missing_cells_only_has_no_range() -> None:
    summary = build_column("c", ["", "", ""]).summary
    assert (summary.n_missing, summary.minimum, summary.maximum, summary.top_values) == (3, None, None, ())


@given(st.lists(st.text() | st.floats().map(str) | st.integers().map(str), max_size=80))
def test_any_cells_come_back_as_text_or_number(cells: list[str]) -> None:
    column = build_column("c", cells)
    assert column.n_rows == len(cells)
    returned = cells_of(column)
    assert column.summary.n_missing == returned.count(None)
    for cell, value in zip(cells, returned, strict=True):
        if isinstance(value, float):
            assert value == float(cell)
        elif value is None:
            assert not cell.strip() or not np.isfinite(float(cell))
        else:
            assert value == cell
