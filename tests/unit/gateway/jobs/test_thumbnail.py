"""Pictures of layouts as small as a stamp."""

from __future__ import annotations

import math

from unit.gateway.jobs.frames import coded_frame, frame_of, spec_of

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs.thumbnail import MOST_POINTS, encode_thumbnail
from projector_gateway.wire_arrays import read_uint32


def places(spec: bytes, event: bytes) -> dict[int, tuple[int, int]]:
    """Where each row of the embedding lies."""
    thumbnail = job_pb2.Thumbnail.FromString(encode_thumbnail(spec, event))
    assert thumbnail.sequence == 7
    rows = read_uint32(thumbnail.rows).tolist()
    return dict(zip(rows, zip(thumbnail.places[::2], thumbnail.places[1::2], strict=True), strict=True))


def test_the_larger_extent_fills_the_stamp_and_the_other_is_centred() -> None:
    event = frame_of([(-2, 10), (2, 10), (0, 11), (0, 9)])
    assert places(spec_of(), event) == {0: (0, 128), 1: (255, 128), 2: (128, 191), 3: (128, 64)}


def test_rows_are_those_of_the_embedding() -> None:
    assert set(places(spec_of([4, 8, 9]), frame_of([(0, 0), (1, 1), (2, 2)]))) == {4, 8, 9}


def test_large_layouts_are_thinned_evenly() -> None:
    n_points = 10 * MOST_POINTS
    codes = [code for row in range(n_points) for code in (row % 65536, 0, 7)]
    shown = places(spec_of(), coded_frame(codes, n_dims=3, scale=[0.1, 1, 1], offset=[-5, 0, 0]))
    assert list(shown) == list(range(0, n_points, 10))
    assert shown[0] == (0, 128)
    assert shown[n_points - 10] == (255, 128)


def test_points_without_coordinates_are_left_out() -> None:
    assert set(places(spec_of(), frame_of([(0, 0), (math.nan, 1), (2, math.inf), (3, 3)]))) == {0, 3}


def test_equal_points_lie_in_the_middle() -> None:
    assert set(places(spec_of(), frame_of([(5, 5), (5, 5)])).values()) == {(128, 128)}


def test_a_single_component_lies_on_a_line() -> None:
    assert places(spec_of(is_pca=True), frame_of([(0,), (2,)])) == {0: (0, 128), 1: (255, 128)}
