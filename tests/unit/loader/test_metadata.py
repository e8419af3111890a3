from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_loader.metadata import Metadata, MetadataReader, parse_metadata
from projector_loader.model import ColumnType, Dictionary, Severity


def parse(content: str | bytes, n_points: int) -> Metadata:
    return parse_metadata(content if isinstance(content, bytes) else content.encode(), n_points, "run/labels.tsv")


def labels(table: Metadata, i: int = 0) -> list[str | None]:
    """The cells of a CATEGORY column."""
    values = table.columns[i].values
    assert isinstance(values, Dictionary)
    return [dict(enumerate(values.values)).get(code) for code in values.codes.tolist()]


def names(table: Metadata) -> list[str]:
    return [column.summary.name for column in table.columns]


def messages(table: Metadata) -> list[tuple[Severity, str]]:
    return [(problem.severity, problem.message) for problem in table.problems]


def test_first_line_with_a_tab_is_the_header() -> None:
    table = parse("word\tcount\na\t1\nb\t2\n", 2)
    assert names(table) == ["word", "count"]
    assert labels(table) == ["a", "b"]
    assert table.columns[1].summary.type is ColumnType.INTEGER
    assert table.problems == ()


def test_one_column_without_a_header_is_called_label() -> None:
    table = parse("a\nb\nc", 3)
    assert (names(table), labels(table), table.problems) == (["label"], ["a", "b", "c"], ())


def test_one_column_with_a_line_more_than_points_has_a_header() -> None:
    table = parse("animal\na\nb\n", 2)
    assert (names(table), labels(table)) == (["animal"], ["a", "b"])
    assert messages(table) == [
        (
            Severity.NOTICE,
            'run/labels.tsv has one line more than there are points, so its first line, "animal", is its header.',
        )
    ]


def test_windows_line_ends_and_byte_order_mark_do_not_stick_to_cells() -> None:
    table = parse(b"\xef\xbb\xbfword\tkind\r\na\tx\r\nb\ty\r\n", 2)
    assert names(table) == ["word", "kind"]
    assert labels(table, 1) == ["x", "y"]


def test_blank_lines_of_one_column_are_rows_without_a_label() -> None:
    table = parse("a\n\nc\n", 3)
    assert (labels(table), table.problems) == (["a", None, "c"], ())


def test_blank_line_at_the_end_is_a_row_only_where_a_point_needs_it() -> None:
    assert (labels(parse("a\nb\n\n", 2)), parse("a\nb\n\n", 2).problems) == (["a", "b"], ())
    assert (labels(parse("a\nb\n\n", 3)), parse("a\nb\n\n", 3).problems) == (["a", "b", None], ())


def test_blank_lines_between_rows_of_cells_are_no_rows() -> None:
    table = parse("\na\tb\n1\t2\n\n3\t4\n\n", 2)
    assert names(table) == ["a", "b"]
    assert table.problems == ()


def test_row_of_empty_cells_is_a_row() -> None:
    table = parse("a\tb\nx\ty\n\t\nz\tw\n", 3)
    assert labels(table) == ["x", None, "z"]


def test_too_few_rows_load_with_blanks_and_a_warning() -> None:
    table = parse("word\tkind\na\tx\nb\ty\n", 5)
    assert labels(table) == ["a", "b", None, None, None]
    assert table.columns[0].summary.n_missing == 3
    assert messages(table) == [
        (
            Severity.WARNING,
            "run/labels.tsv has 2 rows, but the embedding has 5 points: the last 3 points have no metadata.",
        )
    ]


def test_one_row_too_few_below_a_header_asks_whether_it_is_one() -> None:
    (problem,) = parse("word\tkind\na\tx\n", 2).problems
    assert problem.message.endswith("if the first line is a row of values, put a header above it.")


def test_too_many_rows_are_left_out_with_a_warning() -> None:
    table = parse("a\nb\nc\nd\n", 2)
    assert labels(table) == ["a", "b"]
    assert messages(table) == [
        (
            Severity.WARNING,
            "run/labels.tsv has 4 rows, but the embedding has 2 points: the last 2 rows are left out.",
        )
    ]


def test_missing_and_surplus_cells() -> None:
    table = parse("a\tb\tc\n1\tx\n2\ty\tz\tmore\n", 2)
    assert labels(table, 1) == ["x", "y"]
    assert labels(table, 2) == [None, "z"]
    assert messages(table) == [
        (Severity.NOTICE, "run/labels.tsv: row 2 has 4 cells, the header 3; the rest is left out.")
    ]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"a b"\t"c"', ["a b", "c"]),
        ('"a\tb"\tc', ["a\tb", "c"]),
        ('"she said ""no"""\tc', ['she said "no"', "c"]),
        ('"\tc', ['"', "c"]),
        ('""\tc', ['""', "c"]),
        ('5" disk\t"half', ['5" disk', '"half']),
    ],
)
def test_quotes_around_a_whole_cell_are_no_part_of_it(line: str, cells: list[str]) -> None:
    table = parse(f"a\tb\n{line}\n", 1)
    assert [labels(table, 0)[0], labels(table, 1)[0]] == cells
    assert table.problems == ()


def test_column_names_are_unique_and_never_empty() -> None:
    assert names(parse("a\ta\t\ta (2)\n1\t2\t3\t4\n", 1)) == ["a", "a (2)", "column 3", "a (2) (2)"]


def test_other_encodings_are_read_and_reported() -> None:
    table = parse("a\nb\ncaf\xe9\n".encode("latin-1"), 3)
    assert labels(table) == ["a", "b", "caf\xe9"]
    assert table.problems[0].severity is Severity.WARNING
    assert "is not UTF-8 (line 3)" in table.problems[0].message


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    assert labels(parse("a\u2028b\nc\x0bd\n", 2)) == ["a\u2028b", "c\x0bd"]


def test_empty_file_gives_a_column_of_blanks_and_a_warning() -> None:
    table = parse("", 3)
    assert labels(table) == [None, None, None]
    assert table.problems[0].message.startswith("run/labels.tsv has 0 rows, but the embedding has 3 points")


@pytest.mark.usefixtures("bounded_memory")
@given(st.binary(max_size=200) | st.text("ab\t\n\r 1.-", max_size=80).map(str.encode), st.integers(1, 8))
def test_any_bytes_give_columns_as_long_as_the_embedding(content: bytes, n_points: int) -> None:
    table = parse(content, n_points)
    assert {column.n_rows for column in table.columns} == {n_points}
    assert len(set(names(table))) == len(table.columns)


@pytest.fixture
def reader() -> MetadataReader:
    return MetadataReader(cache_bytes=2**20, max_file_bytes=1000)


def test_unchanged_file_is_parsed_once_and_a_changed_one_again(reader: MetadataReader, write: Any) -> None:
    file = write("labels.tsv", "a\nb\n")
    first = reader.read(file, 2)
    assert reader.read(file, 2) is first

    write("labels.tsv", "a\nc\n")
    later = file.absolute.stat().st_mtime_ns + 10**9
    os.utime(file.absolute, ns=(later, later))

    assert labels(reader.read(file, 2)) == ["a", "c"]


def test_file_that_is_gone_is_a_problem(reader: MetadataReader, write: Any) -> None:
    file = write("run/labels.tsv", "a\n")
    file.absolute.unlink()
    table = reader.read(file, 1)
    assert table.columns == ()
    assert messages(table) == [(Severity.ERROR, "run/labels.tsv does not exist.")]


def test_file_that_is_too_large_is_a_problem(reader: MetadataReader, write: Any) -> None:
    table = reader.read(write("labels.tsv", "a" * 2000), 1)
    assert messages(table) == [
        (Severity.ERROR, "labels.tsv is larger than the 1,000 bytes that are read of such a file.")
    ]
