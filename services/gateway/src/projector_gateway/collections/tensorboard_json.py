"""The JSON of TensorBoard bookmark files, whose bulk is one object of coordinates a point.

Parsing runs in a thread. Each point passes through a Python hook: that keeps it small (a few bytes in place of a
dictionary) and gives the event loop its turns, which the C parser alone would not until its end.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from math import nan
from typing import Any, NoReturn, TypeAlias

from projector_chassis.errors import InvalidArgument, TooLarge

PCA_NAMES = tuple(f"pca-{component}" for component in range(10))
TSNE_NAMES = tuple(f"tsne-{dim}" for dim in range(3))
UMAP_NAMES = tuple(f"umap-{dim}" for dim in range(3))
CUSTOM_NAMES = ("linear-x", "linear-y")
_NAMES = (*PCA_NAMES, *TSNE_NAMES, *UMAP_NAMES, *CUSTOM_NAMES)
COORDINATE_NAMES = frozenset(_NAMES)
_NUMBERS = {name: number for number, name in enumerate(_NAMES)}

_STRUCTURE = (b",", b"[", b"{")


Point: TypeAlias = bytes
"""Coordinates of one point under their names; NaN where the file says null.

The number of coordinates, their names' places in ``_NAMES``, then their float64 numbers. A file may hold millions of
points, and the garbage collector, for which everybody waits, looks into all but the plainest objects.
"""


def make_point(names: Sequence[str], values: array[float]) -> Point:
    """The point with these values, in the order of their names."""
    return name_key(names) + values.tobytes()


def key_of(point: Point) -> bytes:
    """The names of a point's coordinates, in order; equal ones have equal keys."""
    return point[: 1 + point[0]]


def names_of(point: Point) -> tuple[str, ...]:
    return tuple(_NAMES[number] for number in key_of(point)[1:])


def values_of(point: Point) -> array[float]:
    """float64."""
    return array("d", point[1 + point[0] :])


def name_key(names: Sequence[str]) -> bytes:
    """The key of points with just these names in this order."""
    return bytes((len(names), *map(_NUMBERS.__getitem__, names)))


def parse_states(content: bytes, *, max_values: int) -> list[Any]:
    """The array that a bookmark file holds; its elements have not been checked.

    Raises:
        InvalidArgument: the content is no JSON array; the message says where it goes wrong.
        TooLarge: it holds more values than allowed.
    """
    if sum(map(content.count, _STRUCTURE)) > max_values:
        raise TooLarge(f"The file holds more than {max_values} values, the most that are read.")
    try:
        states = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_PointMaker(), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise InvalidArgument(f"The file is no UTF-8 text: byte {error.start} begins no character.") from error
    except json.JSONDecodeError as error:
        raise InvalidArgument(
            f"The file is no valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise InvalidArgument("The file nests its values too deeply for a bookmark file.") from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise InvalidArgument("The file holds a number of too many digits.") from error
    if not isinstance(states, list):
        raise InvalidArgument("The file holds no JSON array; a TensorBoard bookmark file is an array of states.")
    return states


def dump_ascii(value: object) -> str:
    """A parsed value as JSON again, in ASCII alone; raises ``ValueError`` for infinite numbers."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), default=_as_object)


def _as_object(point: Point) -> dict[str, float | None]:
    """What the file said."""
    pairs = zip(names_of(point), values_of(point), strict=True)
    return {name: None if value != value else value for name, value in pairs}


class _PointMaker:
    """Makes points of the objects that hold nothing but coordinates, dictionaries of all others."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], bytes] = {}

    def __call__(self, pairs: list[tuple[str, Any]]) -> Point | dict[str, Any]:
        if not pairs or len(pairs) > len(COORDINATE_NAMES):
            return dict(pairs)
        given_names, given_values = zip(*pairs, strict=True)
        key = self._keys.get(given_names)
        if key is None:
            if not COORDINATE_NAMES.issuperset(given_names) or len(set(given_names)) < len(given_names):
                return dict(pairs)
            key = self._keys[given_names] = name_key(given_names)
        values = _numbers(given_values)
        return dict(pairs) if values is None else key + values.tobytes()


def _numbers(values: Sequence[Any]) -> array[float] | None:
    """The values as float64; None unless each is a number or null."""
    if bool in map(type, values):
        return None
    try:
        return array("d", [nan if value is None else value for value in values])
    except (TypeError, OverflowError):
        return None


def _refuse(constant: str) -> NoReturn:
    raise InvalidArgument(f"The file holds {constant}, which is not JSON; a missing number is written null.")
