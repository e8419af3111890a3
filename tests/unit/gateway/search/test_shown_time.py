from __future__ import annotations

import pytest

from projector_gateway.search.shown_number import shown_time


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01"),
        (86400.0, "1970-01-02"),
        (1706659205.0, "2024-01-31 00:00:05"),
        (1.25, "1970-01-01 00:00:01.250"),
        (-1.0, "1969-12-31 23:59:59"),
    ],
)
def test_time_is_searched_as_the_page_shows_it(seconds: float, text: str) -> None:
    assert shown_time(seconds) == text
