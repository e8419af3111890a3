"""Names that can be shown, and views that fit their layout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from unit.gateway.samples import camera, view

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.view_rules import check_name, check_view, is_control

LIMITS = replace(Limits(), selected_rows=3, isolated_rows=4)


def check(*, n_layout_points: int = 10, n_layout_dims: int = 2, **changes: Any) -> None:
    """Check a view of an embedding of ten points."""
    check_view(
        view(**changes), n_layout_points=n_layout_points, n_layout_dims=n_layout_dims, n_points=10, limits=LIMITS
    )


def test_a_view_that_fits_passes() -> None:
    check()
    check(selection=[0, 9, 3], neighbors={"row": 9, "k": 5, "metric": "cosine"})
    check(rows=[0, 4, 9], n_layout_points=3, selection=[4])
    check(components=[2, 0, 1], n_layout_dims=3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"selection": [0, 1, 2, 3]}, "view.selection holds 4 rows; at most 3 are allowed"),
        ({"selection": [10]}, "view.selection holds 10; allowed are 0 to 9"),
        ({"rows": [0, 1, 2, 3, 4], "n_layout_points": 5}, "view.rows holds 5 rows; at most 4"),
        ({"rows": [], "n_layout_points": 0}, "view.rows is empty"),
        ({"rows": [2, 1], "n_layout_points": 2}, "strictly ascending; 1 follows 2"),
        ({"rows": [1, 1], "n_layout_points": 2}, "strictly ascending; 1 follows 1"),
        ({"rows": [9, 10], "n_layout_points": 2}, "view.rows holds 10; allowed are 0 to 9"),
        ({"n_layout_points": 9}, "The layout has 9 points, but the embedding has 10"),
        ({"rows": [0, 1], "n_layout_points": 3}, "The layout has 3 points, but view.rows names 2"),
        ({"components": [0, 2]}, "view.components holds 2; allowed are 0 to 1"),
        ({"components": [1, 1]}, "each layout column may be named once"),
        ({"neighbors": {"row": 10, "k": 1, "metric": "cosine"}}, "view.neighbors.row holds 10"),
    ],
)
def test_what_the_page_could_not_show_again_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        check(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"components": [0]},
        {"components": [0, 1, 2, 3]},
        {"components": [-1, 0]},
        {"selection": [-1]},
        {"selection": [2**32]},
        {"step": -1},
        {"seed": -1},
        {"color_mode": "rainbow"},
        {"appearance": "cubes"},
        {"method_label": "x" * 101},
        {"neighbors": {"row": 0, "k": 0, "metric": "cosine"}},
        {"camera": camera().model_dump() | {"zoom": 0}},
        {"camera": camera().model_dump() | {"position": (0, 0, float("nan"))}},
        {"camera": camera().model_dump() | {"position": (0, 0)}},
        {"night_mode": True},
    ],
)
def test_a_field_out_of_range_is_no_view(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(changes))):
        view(**changes)


@pytest.mark.parametrize(
    ("name", "shown"), [("A", "A"), ("  A b ", "A b"), ("日本語 🙂", "日本語 🙂"), ("e\u0301", "e\u0301")]
)
def test_a_name_is_kept_without_the_spaces_around_it(name: str, shown: str) -> None:
    assert check_name(name) == shown


@pytest.mark.parametrize("name", ["", "   ", "\u3000"])
def test_a_name_needs_a_visible_character(name: str) -> None:
    with pytest.raises(InvalidArgument, match="name is empty"):
        check_name(name)


@pytest.mark.parametrize("name", ["a\nb", "a\x00", "a\x7fb", "a\u2028b", "a\ud800"])
def test_a_name_is_one_line_of_plain_text(name: str) -> None:
    with pytest.raises(InvalidArgument, match="control character"):
        check_name(name)


@given(st.text())
def test_whatever_passes_as_a_name_has_one_line(name: str) -> None:
    try:
        shown = check_name(name)
    except InvalidArgument:
        return
    assert shown == shown.strip()
    assert len(shown.splitlines()) == 1
    assert not any(map(is_control, shown))
