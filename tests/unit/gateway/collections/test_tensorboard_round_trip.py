"""Import and export: nothing that a TensorBoard file says is lost, however often it goes to and fro."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.gateway.collections.bookmark_file import (
    CUSTOM,
    PCA,
    SHAPE,
    TSNE,
    UMAP,
    Json,
    exported,
    file_of,
    read,
    read_one,
    state,
    together,
    without,
)
from unit.gateway.samples import camera, view

from projector_contracts.compute.v1 import job_pb2
from projector_gateway.collections.schemas import View
from projector_gateway.collections.tensorboard_export import SavedBookmark, state_pieces
from projector_gateway.collections.tensorboard_format import OUR_FIELD, State
from projector_gateway.layouts import Coordinates, encode_layout
from projector_gateway.wire_arrays import read_float32

FIELDS = sorted(state().keys() - {"isSelected"})
OTHER_VALUES: Json = {
    "label": "Other",
    "selectedProjection": "pca",
    "dataSetDimensions": [3, 4],
    "tSNEIteration": 0,
    "tSNEPerplexity": 30,
    "tSNELearningRate": -1,
    "tSNEis3d": False,
    "umapIs3d": True,
    "umapNeighbors": 15,
    "umapMinDist": 0,
    "pcaComponentDimensions": [0, 1],
    "customSelectedSearchByMetadataOption": "",
    "customXLeftText": "",
    "customXRightText": "日本語 🙂",
    "customYUpText": "\u2028",
    "customYDownText": '"\\',
    "customXLeftRegex": False,
    "customXRightRegex": False,
    "customYUpRegex": False,
    "customYDownRegex": False,
    "projections": together(TSNE, PCA),
    "filteredPoints": [0, 1, 2],
    "selectedPoints": [],
    "shuffledDataIndices": [0],
    "cameraDef": {"orthographic": False, "position": [1, 2, 3], "target": [0, 0, 0], "zoom": 1},
    "selectedColorOptionName": "No color map",
    "forceCategoricalColoring": False,
    "selectedLabelOption": "label",
}


def test_the_sample_has_every_field_of_the_format_and_few_at_their_defaults() -> None:
    names = {field.alias for field in State.model_fields.values()}
    assert state().keys() == names | {"projections"}
    defaults = State().model_dump(by_alias=True)
    assert [name for name in FIELDS if name in defaults and state()[name] == defaults[name]] == [
        "filteredPoints",
        "tSNEis3d",
    ]
    assert OTHER_VALUES.keys() == set(FIELDS)


@pytest.mark.parametrize("method", ["pca", "tsne", "umap", "custom"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_comes_back_as_it_was(method: str, field: str) -> None:
    given = state(selectedProjection=method, umapIs3d=True)
    assert exported(read_one(given))[field] == given[field]


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_may_have_another_value(field: str) -> None:
    given = state(**{field: OTHER_VALUES[field]})
    assert exported(read_one(given))[field] == given[field]


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"projections"}))
@pytest.mark.parametrize("is_null", [False, True], ids=["absent", "null"])
def test_a_field_may_be_missing(field: str, is_null: bool) -> None:
    given = state(**{field: None}) if is_null else without(state(), field)
    assert set(state()) - {"shuffledDataIndices"} <= set(exported(read_one(given)))


def test_no_bookmark_comes_back_selected() -> None:
    assert exported(read_one(state(isSelected=True)))["isSelected"] is False


def test_fields_that_nobody_knows_come_back() -> None:
    unknown = {"version": 3, "extra": {"deep": [1.5, None, {"ключ": "値"}]}, "empty": None, "flag": False, "": 0}
    written = exported(read_one(state(**unknown)))
    assert {name: written[name] for name in unknown} == unknown


def test_what_a_point_says_besides_coordinates_comes_back() -> None:
    points = [{**point, "pca-10": 4.5, "note": ["x"]} for point in TSNE]
    assert exported(read_one(state(projections=points)))["projections"] == points


@pytest.mark.parametrize("method", ["pca", "tsne", "umap", "custom"])
def test_every_coordinate_comes_back_to_the_last_bit(method: str) -> None:
    points = together(PCA, TSNE, UMAP, CUSTOM)
    first = exported(read_one(state(selectedProjection=method)))
    second = exported(read_one(first))
    third = exported(read_one(second))
    assert first["projections"] == second["projections"] == third["projections"] == points


@pytest.mark.parametrize(
    "points",
    [
        [{"tsne-0": 1.5, "tsne-1": None}, {"tsne-0": 2.5, "tsne-1": 0.1}, {"tsne-0": None, "tsne-1": None}],
        [{"tsne-0": 1.5, "tsne-1": 2.5, "pca-0": 9}, {"pca-0": None}, {}],
        [{"tsne-1": 0.5, "tsne-0": -0.5}, {"tsne-0": 1, "tsne-1": 2}, {"tsne-1": 3}],
    ],
    ids=["null", "absent", "in any order"],
)
def test_points_without_coordinates_come_back_without(points: list[Json]) -> None:
    bookmark = read_one(state(projections=points, tSNEis3d=False))
    assert exported(bookmark)["projections"] == points
    given = [point.get(name) for point in points for name in ("tsne-0", "tsne-1")]
    expected = [math.nan if value is None else value for value in given]
    assert bookmark.coordinates.values.tolist() == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_the_sign_of_zero_comes_back() -> None:
    points = [{"linear-x": -0.0, "linear-y": 0.0}] * 3
    written = exported(read_one(state(projections=points, selectedProjection="custom")))["projections"]
    assert [math.copysign(1, value) for point in written for value in point.values()] == [-1, 1] * 3


def test_a_file_that_says_no_more_than_the_layout_is_not_kept_twice() -> None:
    points = [{"tsne-0": 0.5, "tsne-1": -1.25, "tsne-2": None}] * 3
    bookmark = read_one(state(projections=points))
    assert bookmark.points is None
    assert read_one(exported(bookmark)).points is None
    assert exported(bookmark)["projections"] == points


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False) | st.just(math.nan), min_size=6, max_size=6))
def test_our_own_coordinates_come_back_as_the_same_float32(values: list[float]) -> None:
    layout = encode_layout(Coordinates(read_float32(struct.pack("<6f", *values)), 2), step=0)
    saved = SavedBookmark("A", view(), layout.event, fields=None, points=None)
    again = read_one(json.loads(b"".join(state_pieces(saved, n_dims=4))))
    assert again.coordinates.values.tobytes() == struct.pack("<6f", *values)
    assert again.points is None


@pytest.mark.parametrize(
    "changes",
    [
        {"projection": {"method": "pca", "n_components": 2}, "step": None},
        {"projection": {"method": "tsne", "n_dims": 2, "perplexity": 2, "learning_rate": 0, "metric": "cosine"}},
        {"projection": None, "method_label": "UMAP", "step": None},
        {"projection": None, "method_label": "Custom axes"},
        {"projection": None, "method_label": "Something else"},
        {"projection": None},
        {"seed": 2**62, "neighbors": {"row": 1, "k": 7, "metric": "cosine"}},
        {"appearance": "images", "color_mode": "numeric", "color_column": "age"},
        {"selection": [2, 1], "label_column": None},
        {"camera": camera().model_copy(update={"up": (0, 0, 1), "zoom": 2.5})},
        {"components": [1, 0]},
    ],
)
def test_a_view_of_ours_comes_back_whole(changes: dict[str, Any]) -> None:
    ours = view(**changes)
    layout = encode_layout(Coordinates(read_float32(struct.pack("<6f", *range(6))), 2), step=3)
    saved = SavedBookmark("Ours", ours, layout.event, fields=None, points=None)
    again = read_one(json.loads(b"".join(state_pieces(saved, n_dims=4))))
    assert again.view == ours
    assert again.name == "Ours"


def test_a_file_of_ours_that_was_changed_elsewhere_is_believed_field_by_field() -> None:
    written = exported(read_one(state()))
    written |= {"selectedProjection": "pca", "selectedLabelOption": "other", OUR_FIELD: {"projection": None}}
    bookmark = read_one(written)
    assert bookmark.view.label_column == "other"
    assert bookmark.view.projection is not None
    assert bookmark.view.projection.method == "pca"


@pytest.mark.parametrize(
    ("n_dims", "method"), [(2, "custom"), (3, "umap"), (10, "pca")], ids=["2-D", "3-D", "components"]
)
def test_what_tensorboard_has_no_name_for_is_written_as_what_it_can_show(n_dims: int, method: str) -> None:
    layout = encode_layout(Coordinates(read_float32(bytes(4 * 3 * n_dims)), n_dims), step=0)
    label = "Custom axes" if n_dims == 2 else None
    saved = SavedBookmark("A", view(projection=None, method_label=label), layout.event, fields=None, points=None)
    written = json.loads(b"".join(state_pieces(saved, n_dims=4)))
    assert written["selectedProjection"] == method
    assert len(written["projections"][0]) == n_dims


def test_a_layout_of_16_bits_is_written_as_the_numbers_it_stands_for() -> None:
    frame = job_pb2.Frame(
        sequence=1,
        n_points=3,
        n_dims=2,
        encoding=job_pb2.UINT16,
        layout=struct.pack("<6H", 0, 65535, 1, 2, 3, 4),
        scale=[0.5, 2],
        offset=[-1, 10],
    )
    event = job_pb2.JobEvent(frame=frame).SerializeToString()
    pieces = state_pieces(SavedBookmark("A", view(), event, fields=None, points=None), n_dims=4)
    points = json.loads(b"".join(pieces))["projections"]
    assert points == [
        {"tsne-0": -1, "tsne-1": 131080},
        {"tsne-0": -0.5, "tsne-1": 14},
        {"tsne-0": 0.5, "tsne-1": 18},
    ]


def test_a_large_layout_is_written_in_pieces() -> None:
    n_points = 20_000
    layout = encode_layout(Coordinates(read_float32(bytes(8 * n_points)), 2), step=0)
    pieces = list(state_pieces(SavedBookmark("A", view(), layout.event, fields=None, points=None), n_dims=4))
    assert max(map(len, pieces)) < 2**18
    assert len(json.loads(b"".join(pieces))["projections"]) == n_points


def test_kept_points_are_written_in_pieces() -> None:
    layout = encode_layout(Coordinates(read_float32(bytes(24)), 2), step=0)
    kept = json.dumps([{"tsne-0": 1, "tsne-1": 2, "note": "x" * 10**6}] * 3)
    pieces = list(state_pieces(SavedBookmark("A", view(), layout.event, fields=None, points=kept), n_dims=4))
    assert max(map(len, pieces)) <= 2**18
    assert json.loads(b"".join(pieces))["projections"] == json.loads(kept)


def test_many_states_come_back_in_their_order() -> None:
    states = [
        state(label=f"State {number}", selectedProjection=method)
        for number, method in enumerate(["pca", "tsne", "umap", "custom"])
    ]
    file = read(*(state_ | {"umapIs3d": True} for state_ in states))
    assert [bookmark.name for bookmark in file.bookmarks] == ["State 0", "State 1", "State 2", "State 3"]
    written = [exported(bookmark) for bookmark in file.bookmarks]
    again = read(*written)
    assert [exported(bookmark) for bookmark in again.bookmarks] == written


def test_files_with_the_same_content_make_the_same_bookmarks() -> None:
    assert read(state()) == read(state())


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_json_in_an_unknown_field_comes_back(value: object) -> None:
    assert exported(read_one(state(unknown=value)))["unknown"] == value


def test_a_view_is_what_rest_accepts() -> None:
    bookmark = read_one(state())
    assert View.model_validate_json(bookmark.view.model_dump_json()) == bookmark.view
    assert bookmark.coordinates.n_points == SHAPE.n_points
    assert file_of(state()).startswith(b"[{")
