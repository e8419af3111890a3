"""A picture of a layout as small as a stamp."""

from __future__ import annotations

import math

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.layouts import FrameLayout, open_layout
from projector_gateway.wire_arrays import read_uint32, write_uint32

MOST_POINTS = 2000
_EDGE = 255


def encode_thumbnail(spec: bytes, event: bytes) -> bytes:
    """The serialised Thumbnail of a frame; points without finite coordinates are left out.

    Args:
        spec: serialised JobSpec, which tells which rows the layout shows.
        event: serialised JobEvent with the frame.

    Raises:
        Conflict: the frame is damaged.
    """
    layout = open_layout(event)
    shown = [(row, x, y) for row, x, y in _spread_points(layout) if math.isfinite(x) and math.isfinite(y)]
    rows = read_uint32(job_pb2.JobSpec.FromString(spec).rows)
    return job_pb2.Thumbnail(
        sequence=layout.sequence,
        rows=write_uint32(rows[row] if rows else row for row, _, _ in shown),
        places=_places([(x, y) for _, x, y in shown]),
    ).SerializeToString()


def _spread_points(layout: FrameLayout) -> list[tuple[int, float, float]]:
    """Row of the layout, x and y; a layout of one dimension lies on a line."""
    n_shown = min(layout.n_points, MOST_POINTS)
    chosen = [shown * layout.n_points // n_shown for shown in range(n_shown)]
    points = [(row, layout.row(row)) for row in chosen]
    return [(row, values[0], values[1] if layout.n_dims > 1 else 0.0) for row, values in points]


def _places(points: list[tuple[float, float]]) -> bytes:
    """uint8 (n, 2) of what is shown, over its larger extent, centred."""
    if not points:
        return b""
    xs, ys = zip(*points, strict=True)
    middle = [(min(values) + max(values)) / 2 for values in (xs, ys)]
    extent = max(max(values) - min(values) for values in (xs, ys))
    scale = _EDGE / extent if extent > 0 else 0.0
    return bytes(
        min(_EDGE, max(0, round(_EDGE / 2 + scale * (value - centre))))
        for point in points
        for value, centre in zip(point, middle, strict=True)
    )
