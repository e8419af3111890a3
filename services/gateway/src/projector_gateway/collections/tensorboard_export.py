"""Our bookmarks -> TensorBoard bookmark files, in pieces, so that no file has to fit into memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from projector_gateway.collections.schemas import View
from projector_gateway.collections.tensorboard_format import (
    NAMES,
    NUMBER,
    OUR_FIELD,
    default_fields,
    method_of,
    view_fields,
)
from projector_gateway.collections.tensorboard_json import dump_ascii
from projector_gateway.layouts import Coordinates, decode_coordinates

_POINTS_A_PIECE = 4096
_CHARACTERS_A_PIECE = 2**18
_NOT_JSON = (
    (":nan", ":null"),
    (":inf", ":null"),
    (":-inf", ":null"),
    (":-0,", ":-0.0,"),
    (":-0}", ":-0.0}"),
)
"""What the number format writes and JSON cannot say, or what parsers would read as the integer 0 without its sign."""


@dataclass(frozen=True)
class SavedBookmark:
    """One bookmark as the database holds it."""

    name: str
    view: View
    event: bytes
    """Serialised JobEvent with the layout."""
    fields: str | None
    """What the file that it was imported from said besides, as a JSON object."""
    points: str | None
    """That file's ``projections``, as an ASCII JSON array, where they say more than the layout."""


def state_pieces(bookmark: SavedBookmark, *, n_dims: int) -> Iterator[bytes]:
    """One state of a bookmark file; the pieces, joined, are a JSON object.

    Args:
        n_dims: columns of the embedding.
    """
    coordinates = decode_coordinates(bookmark.event)
    view = bookmark.view
    method = method_of(view, coordinates.n_dims)
    fields = {
        "label": bookmark.name,
        **default_fields(view),
        **json.loads(bookmark.fields or "{}"),
        **view_fields(
            view,
            method,
            n_layout_points=coordinates.n_points,
            n_layout_dims=coordinates.n_dims,
            n_dims=n_dims,
        ),
        OUR_FIELD: view.model_dump(mode="json"),
    }
    yield f'{dump_ascii(fields)[:-1]},"projections":'.encode("ascii")
    if bookmark.points is None:
        yield from _points_of(coordinates, NAMES[method][: coordinates.n_dims])
    else:
        for start in range(0, len(bookmark.points), _CHARACTERS_A_PIECE):
            yield bookmark.points[start : start + _CHARACTERS_A_PIECE].encode("ascii")
    yield b"}"


def _points_of(coordinates: Coordinates, names: Sequence[str]) -> Iterator[bytes]:
    template = "{" + ",".join(f'"{name}":{NUMBER}' for name in names) + "}"
    n_values = _POINTS_A_PIECE * coordinates.n_dims
    for start in range(0, len(coordinates.values), n_values):
        numbers = iter(coordinates.values[start : start + n_values])
        points = ",".join([template % point for point in zip(*[numbers] * coordinates.n_dims, strict=True)])
        for written, meant in _NOT_JSON:
            points = points.replace(written, meant)
        yield f"{',' if start else '['}{points}".encode("ascii")
    yield b"]"
