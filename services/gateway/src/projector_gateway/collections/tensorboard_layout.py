"""The points of a TensorBoard bookmark -> the coordinates of one of its projections."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import inf, isinf, nan
from typing import Any

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.tensorboard_format import METHOD_LABELS, NAMES, NUMBER, Method
from projector_gateway.collections.tensorboard_json import (
    COORDINATE_NAMES,
    Point,
    key_of,
    make_point,
    name_key,
    names_of,
    values_of,
)
from projector_gateway.layouts import Coordinates

_PREFERENCE: tuple[Method, ...] = ("pca", "tsne", "umap", "custom")
"""Which projection an old file shows that names none but holds several: TensorBoard opens with PCA."""


def read_points(objects: Sequence[Any]) -> list[Point]:
    """The points of ``projections``; what is no coordinate in them is left out.

    Raises:
        InvalidArgument: an element is no object, or a coordinate no number.
    """
    return [each if isinstance(each, Point) else _point(each, place) for place, each in enumerate(objects)]


def find_method(points: Sequence[Point]) -> Method:
    """The projection that points hold; raises ``InvalidArgument`` when they hold none."""
    present = _names_present(points)
    for method in _PREFERENCE:
        if present.issuperset(NAMES[method][:2]):
            return method
    raise InvalidArgument("Its points hold coordinates of no projection.")


def read_coordinates(points: Sequence[Point], method: Method, *, is_flat: bool) -> Coordinates:
    """The coordinates of one projection as float32 (n_points, n_dims); NaN for points outside of its sample.

    Args:
        is_flat: take two dimensions even where there are three; PCA always has all its components.

    Raises:
        InvalidArgument: the points hold fewer than two dimensions of it, or numbers beyond float32.
    """
    present = _names_present(points)
    names = [name for name in NAMES[method] if name in present]
    if method != "pca" and is_flat:
        names = names[:2]
    if len(names) < 2 or tuple(names) != NAMES[method][: len(names)]:
        raise InvalidArgument(f"Its points hold no coordinates of {METHOD_LABELS[method]}, the projection it shows.")
    places: dict[bytes, list[int | None]] = {}
    values = array("d")
    for point in points:
        key = key_of(point)
        picked = places.get(key)
        if picked is None:
            place_of = {name: place for place, name in enumerate(names_of(point))}
            picked = places[key] = [place_of.get(name) for name in names]
        numbers = values_of(point)
        values.extend([nan if place is None else numbers[place] for place in picked])
    layout = array("f", values)
    if any(map(isinf, layout)):
        row, dim = divmod(next(place for place, value in enumerate(layout) if isinf(value)), len(names))
        raise InvalidArgument(f"projections[{row}][{names[dim]!r}] is beyond the range of float32.")
    return Coordinates(layout, len(names))


def say_more(objects: Sequence[Any], names: Sequence[str], layout: Coordinates) -> bool:
    """Whether an export of the layout under these names would lose something that the objects of a file say."""
    expected = name_key(names)
    values = iter(layout.values)
    for each in objects:
        if not isinstance(each, Point) or key_of(each) != expected:
            return True
        if any(_is_rounded(given, next(values)) for given in values_of(each)):
            return True
    return False


def _is_rounded(given: float, kept: float) -> bool:
    return given == given and given != kept and given != float(NUMBER % kept)


def reorder(coordinates: Coordinates, order: Sequence[int]) -> Coordinates:
    """The same layout whose point i is point ``order[i]``."""
    n_dims, values = coordinates.n_dims, coordinates.values
    return Coordinates(
        array("f", [value for place in order for value in values[place * n_dims : (place + 1) * n_dims]]), n_dims
    )


def _names_present(points: Sequence[Point]) -> frozenset[str]:
    return frozenset[str]().union(*(names_of(point) for point in {key_of(point): point for point in points}.values()))


def _point(given: object, place: int) -> Point:
    if not isinstance(given, dict):
        raise InvalidArgument(f"projections[{place}] is {_kind(given)}; it must be an object of coordinates.")
    names = tuple(name for name in given if name in COORDINATE_NAMES)
    values = array("d")
    for name in names:
        value = given[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidArgument(f"projections[{place}][{name!r}] is {_kind(value)}; it must be a number or null.")
        try:
            values.append(nan if value is None else value)
        except OverflowError:
            values.append(inf)
    return make_point(names, values)


def _kind(value: object) -> str:
    """What JSON calls a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
        case _:
            return "an object"
