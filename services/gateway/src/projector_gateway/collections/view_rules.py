"""Whether a view fits the layout it is saved with, and names that can be shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.schemas import View


def check_name(name: str) -> str:
    """The name without spaces around it.

    Raises:
        InvalidArgument: nothing is left, or it holds control characters.
    """
    stripped = name.strip()
    if not stripped:
        raise InvalidArgument("name is empty; give it at least one visible character.")
    if any(is_control(character) for character in stripped):
        raise InvalidArgument("name holds a line break or another control character; use plain text.")
    return stripped


def is_control(character: str) -> bool:
    """Whether a character has no place in one line of text; lone surrogates have none in any."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def check_view(view: View, *, n_layout_points: int, n_layout_dims: int, n_points: int, limits: Limits) -> None:
    """Refuse a view that the page could not show again.

    Args:
        n_layout_points, n_layout_dims: shape of the layout.
        n_points: rows of the whole embedding.

    Raises:
        InvalidArgument: naming the field, its value and what is allowed.
    """
    _check_at_most(view.selection, limits.selected_rows, "view.selection")
    _check_range(view.selection, n_points, "view.selection")
    if view.rows is not None:
        _check_at_most(view.rows, limits.isolated_rows, "view.rows")
        _check_ascending(view.rows)
        _check_range(view.rows, n_points, "view.rows")
    n_shown = n_points if view.rows is None else len(view.rows)
    if n_layout_points != n_shown:
        wanted = "the embedding has" if view.rows is None else "view.rows names"
        raise InvalidArgument(f"The layout has {n_layout_points} points, but {wanted} {n_shown}; they must be equal.")
    _check_range(view.components, n_layout_dims, "view.components")
    if len(set(view.components)) < len(view.components):
        raise InvalidArgument(f"view.components is {view.components}; each layout column may be named once.")
    if view.neighbors is not None:
        _check_range([view.neighbors.row], n_points, "view.neighbors.row")


def _check_at_most(rows: Sequence[int], most: int, field: str) -> None:
    if len(rows) > most:
        raise InvalidArgument(f"{field} holds {len(rows)} rows; at most {most} are allowed.")


def _check_range(numbers: Sequence[int], end: int, field: str) -> None:
    if numbers and (min(numbers) < 0 or max(numbers) >= end):
        wrong = next(number for number in numbers if not 0 <= number < end)
        raise InvalidArgument(f"{field} holds {wrong}; allowed are 0 to {end - 1}.")


def _check_ascending(rows: Sequence[int]) -> None:
    if not rows:
        raise InvalidArgument("view.rows is empty; leave it out to show all rows.")
    for before, row in pairwise(rows):
        if row <= before:
            raise InvalidArgument(f"view.rows must be strictly ascending; {row} follows {before}.")
