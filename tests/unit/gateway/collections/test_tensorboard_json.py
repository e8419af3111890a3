"""Files that are no bookmark files, and those that would take too much memory."""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.gateway.collections.bookmark_file import LIMITS, SHAPE, file_of, state

from projector_chassis.errors import InvalidArgument, TooLarge
from projector_gateway.collections.tensorboard_bookmarks import read_bookmarks
from projector_gateway.collections.tensorboard_json import dump_ascii, parse_states


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Expecting value at line 1, column 1."),
        (b"[", "at line 1, column 2."),
        (b'[{"label": "A",\n "projections": [{"pca-0": x}]}]', "Expecting value at line 2, column 28."),
        (b'[\n  {"label": "A"\n   "x": 1}]', "Expecting ',' delimiter at line 3, column 4."),
        (b"[] []", "Extra data at line 1, column 4."),
        (b"{}", "no JSON array"),
        (b"null", "no JSON array"),
        (b'"[]"', "no JSON array"),
        (b'[{"zoom": NaN}]', "holds NaN, which is not JSON"),
        (b'[{"zoom": -Infinity}]', "holds -Infinity, which is not JSON"),
        (b'["\xff"]', "no UTF-8 text: byte 2"),
        ('["ü"]'.encode("utf-16"), "no UTF-8 text"),
        (b"[" * 100_000, "nests its values too deeply"),
        (b'[{"a":' * 100_000, "nests its values too deeply"),
        (b"[" + b"9" * 5000 + b"]", "too many digits"),
    ],
)
def test_a_file_that_is_no_bookmark_file_says_where(content: bytes, words: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        read_bookmarks(content, SHAPE, LIMITS)
    assert words in refused.value.message


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(read_bookmarks(b"\xef\xbb\xbf" + file_of(state()), SHAPE, LIMITS).bookmarks) == 1


@pytest.mark.parametrize("value", [b"0", b"[]", b"{}", b'{"a":0}'])
def test_a_file_of_many_small_values_is_too_large(value: bytes) -> None:
    content = b"[" + b",".join([value] * 200) + b"]"
    with pytest.raises(TooLarge, match="more than 100 values"):
        read_bookmarks(content, SHAPE, replace(LIMITS, file_values=100))


def test_a_name_twice_in_an_object_counts_once_as_in_a_browser() -> None:
    content = file_of(state()).replace(b'"tsne-0": 0.1', b'"tsne-0": 7, "tsne-0": 8', 1)
    (bookmark,) = read_bookmarks(content, SHAPE, LIMITS).bookmarks
    assert bookmark.coordinates.values[0] == 8


@settings(max_examples=200)
@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:01eE+-.tsne nul', max_size=60).map(str.encode))
def test_any_content_is_read_or_refused_in_words(content: bytes) -> None:
    try:
        file = read_bookmarks(content, SHAPE, LIMITS)
    except InvalidArgument:
        return
    assert file.bookmarks == []


def test_the_garbage_collector_has_nothing_to_look_for_in_points() -> None:
    content = b'[{"label": "A", "projections": [{"tsne-0": 1, "tsne-1": null}, {"tsne-1": 2.5, "tsne-0": 3}]}]'
    (parsed,) = parse_states(content, max_values=100)
    points = parsed["projections"]
    assert [gc.is_tracked(point) for point in points] == [False, False]
    assert dump_ascii(points) == '[{"tsne-0":1.0,"tsne-1":null},{"tsne-1":2.5,"tsne-0":3.0}]'
