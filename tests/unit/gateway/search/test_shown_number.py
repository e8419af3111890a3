"""Numbers as a browser writes them, so that people find what they see."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.search.shown_number import shown_number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        # What ECMAScript's String(number) gives.
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (123456789.0, "123456789"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e21, "1.5e+21"),
        (-1.2345e25, "-1.2345e+25"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.25e-7, "1.25e-7"),
        (0.00001234, "0.00001234"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740993.0, "9007199254740992"),
        (100.0, "100"),
        (1200.0, "1200"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
    ],
)
def test_a_number_is_written_as_a_browser_does(number: float, text: str) -> None:
    assert shown_number(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_reads_back_as_the_same_number(number: float) -> None:
    assert float(shown_number(number)) == number


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_have_no_point(number: int) -> None:
    assert shown_number(float(number)) == str(number)
