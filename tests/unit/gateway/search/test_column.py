"""Which rows a query finds."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import count
from math import inf
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.gateway.search.columns import categories, numbers, of_kind, texts

from projector_chassis.errors import Internal, InvalidArgument
from projector_contracts.loader.v1 import loader_pb2
from projector_gateway.search import column as column_module
from projector_gateway.search.column import decode_column

NEVER = inf
CATASTROPHIC = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x", "(?:a?){500}a{500}", r"^(\w+\s?)*$"]
"""Patterns on which a backtracking engine needs exponential time."""


def with_text(content: bytes, query: str) -> list[int]:
    return decode_column(content).rows_with_text(query)


def with_pattern(content: bytes, pattern: str) -> list[int]:
    return decode_column(content).rows_with_pattern(pattern, until_seconds=NEVER)


@pytest.mark.parametrize("kind", ["text", "category"])
@pytest.mark.parametrize(
    ("cells", "query", "rows"),
    [
        (["Zero", "one", "ZERO one", ""], "zero", [0, 2]),
        (["Zero", "one", "ZERO one", ""], "O", [0, 1, 2]),
        (["a", "a", "b", "a"], "a", [0, 1, 3]),
        (["Straße", "STRASSE", "strand"], "strasse", [0, 1]),
        (["Straße", "STRASSE", "strand"], "Straße", [0, 1]),
        (["ΣΊΣΥΦΟΣ", "σίσυφος"], "σίσυφοσ", [0, 1]),
        (["日本語", "日本", "中文"], "日本", [0, 1]),
        (["🙂🙃", "🙂", "x"], "🙃", [0]),
        (["a\tb", "a b", "a\\b"], "\t", [0]),
        (["50%", "50_", "5.0"], "0%", [0]),
        (["a.c", "abc"], "a.c", [0]),
        (["(x", "x"], "(", [0]),
        (["a", "b"], "c", []),
        (["null", "None", ""], "none", [1]),
        ([" padded ", "padded"], " padded", [0]),
    ],
)
def test_a_text_is_found_whatever_the_case(kind: str, cells: list[str], query: str, rows: list[int]) -> None:
    assert with_text(of_kind(kind, cells), query) == rows


@pytest.mark.parametrize("kind", ["text", "category"])
@pytest.mark.parametrize(
    ("cells", "pattern", "rows"),
    [
        (["good", "bad", "GOOD", "goods"], "^good$", [0, 2]),
        (["a1", "b22", "c"], r"\d{2}", [1]),
        (["Straße", "STRASSE"], "straße", [0]),
        (["привет", "ПРИВЕТ", "мир"], "^привет$", [0, 1]),
        (["日本語", "日x"], "^日.", [0, 1]),
        (["é", "e"], r"\pL", [0, 1]),
        (["a\nb", "ab"], "a.b", []),
        (["a\nb", "ab"], "(?s)a.b", [0]),
        (["", "x"], "^$", []),
        (["", "x", ""], ".*", [1]),
        (["ab", "AB"], "(?-i)ab", [0]),
        (["x"], "", [0]),
    ],
)
def test_an_expression_is_found_whatever_the_case(kind: str, cells: list[str], pattern: str, rows: list[int]) -> None:
    assert with_pattern(of_kind(kind, cells), pattern) == rows


def test_numbers_are_found_as_they_are_shown() -> None:
    column = numbers(1.0, 10.5, None, 1e21, -0.0, 0.1, 1e-7, inf)
    assert with_text(column, "1") == [0, 1, 3, 5, 6]
    assert with_text(column, "1e+21") == [3]
    assert with_text(column, "E-7") == [6]
    assert with_text(column, "-0") == []
    assert with_text(column, "nan") == []
    assert with_text(column, "infinity") == [7]
    assert with_pattern(column, r"^10\.5$") == [1]
    assert with_pattern(column, "^0$") == [4]


@pytest.mark.parametrize("content", [numbers(None, None), categories(None, None), texts("", "")])
def test_a_missing_cell_never_matches(content: bytes) -> None:
    assert with_pattern(content, ".*") == []
    assert with_text(content, "") == []


@pytest.mark.parametrize("content", [numbers(), categories(), texts()])
def test_a_column_without_rows_has_no_match(content: bytes) -> None:
    assert with_text(content, "a") == with_pattern(content, ".*") == []


@pytest.mark.parametrize("pattern", CATASTROPHIC)
def test_a_pattern_that_ruins_other_engines_takes_linear_time(pattern: str) -> None:
    cells = [("a" * 5000) + "!" for _ in range(20)]
    started = time.process_time()
    with_pattern(texts(*cells), pattern)
    assert time.process_time() - started < 5


def test_a_search_that_takes_too_long_is_given_up_between_two_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    column = decode_column(texts(*(str(row) for row in range(1000))))
    looks = count()
    monkeypatch.setattr(column_module, "time", SimpleNamespace(monotonic=lambda: next(looks)))
    with pytest.raises(TimeoutError):
        column.rows_with_pattern("1", until_seconds=3)
    assert next(looks) == 5


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("a(b", "missing )"),
        ("[z-a]", "invalid character class range"),
        ("*a", "no argument for repetition operator"),
        ("a{1001}", "invalid repetition size"),
        (r"(a)\1", "invalid escape sequence"),
        ("a(?=b)", "invalid perl operator"),
        ("(?<!a)b", "invalid perl operator"),
        ("\\", "trailing \\"),
        ("(((a{100}){100}){100})", "invalid repetition size"),
        (r"[\pL\pN]{0,900}0", "too large"),
    ],
)
def test_an_expression_that_is_none_is_refused_with_its_reason(pattern: str, reason: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        with_pattern(texts("a"), pattern)
    assert refused.value.message.startswith(f"query {pattern!r} is no regular expression (RE2): ")
    assert reason in refused.value.message.lower()


@given(st.lists(st.text(), max_size=20), st.text(min_size=1, max_size=3))
def test_a_search_finds_exactly_the_rows_that_hold_the_text(cells: list[str], query: str) -> None:
    expected = [row for row, cell in enumerate(cells) if cell and query.casefold() in cell.casefold()]
    assert with_text(texts(*cells), query) == expected
    assert with_text(of_kind("category", cells), query) == expected


@given(st.text(max_size=30))
def test_any_expression_is_searched_or_refused(pattern: str) -> None:
    with suppress(InvalidArgument):
        assert set(with_pattern(texts("a", "", "ß"), pattern)) <= {0, 2}


def test_a_column_without_values_is_the_loaders_mistake() -> None:
    with pytest.raises(Internal):
        decode_column(loader_pb2.Column(name="label").SerializeToString())


def test_a_column_is_kept_by_its_distinct_texts() -> None:
    column = decode_column(texts(*(["same text"] * 1000)))
    assert column.texts == ["same text"]
    assert 4000 < column.n_bytes < 5000


def test_the_size_of_a_column_costs_no_second_look_at_its_texts() -> None:
    column = decode_column(texts("a", "b"))
    known = column.n_bytes
    column.texts.clear()
    assert column.n_bytes == known
