"""What a TensorBoard bookmark becomes, and why one is left out."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.gateway.collections.bookmark_file import (
    CUSTOM,
    LIMITS,
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

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.tensorboard_bookmarks import read_bookmarks
from projector_gateway.collections.tensorboard_rows import EmbeddingShape
from projector_gateway.jobs.projections import Pca, Tsne


def reason(given: object) -> str:
    """Why a state is left out."""
    file = read(given)
    assert file.bookmarks == []
    (problem,) = file.problems
    assert problem.severity == "error"
    return problem.message


def filtered(rows: Any, n_points: int = 2, **changes: Any) -> Json:
    """A state that shows some rows of the embedding."""
    points = [{"pca-0": 10.0 + place, "pca-1": 20.0 + place} for place in range(n_points)]
    return state(
        selectedProjection="pca",
        pcaComponentDimensions=[0, 1],
        dataSetDimensions=[n_points, 4],
        projections=points,
        filteredPoints=rows,
        selectedPoints=[],
        **changes,
    )


def test_tsne_keeps_its_parameters() -> None:
    view = read_one(state()).view
    assert view.projection == Tsne(
        n_dims=3,
        perplexity=17.5,
        learning_rate=100,
        early_exaggeration=4,
        early_exaggeration_steps=100,
        n_steps=948,
        metric="cosine",
    )
    assert (view.step, view.components, view.method_label) == (948, [0, 1, 2], None)


def test_flat_tsne_has_two_dimensions() -> None:
    bookmark = read_one(state(tSNEis3d=False))
    assert bookmark.coordinates.n_dims == 2
    assert bookmark.view.components == [0, 1]


def test_pca_keeps_all_components_and_which_are_shown() -> None:
    bookmark = read_one(state(selectedProjection="pca"))
    assert bookmark.view.projection == Pca(n_components=3)
    assert bookmark.view.components == [2, 0, 1]
    assert bookmark.coordinates.values.tolist() == pytest.approx([value for point in PCA for value in point.values()])
    assert bookmark.view.step is None


@pytest.mark.parametrize(("method", "label"), [("umap", "UMAP"), ("custom", "Custom axes")])
def test_what_we_cannot_compute_is_shown_with_its_name(method: str, label: str) -> None:
    view = read_one(state(selectedProjection=method, umapIs3d=True)).view
    assert (view.projection, view.method_label) == (None, label)


@pytest.mark.parametrize(
    ("points", "method"),
    [
        (together(CUSTOM, UMAP, TSNE, PCA), "pca"),
        (together(UMAP, TSNE), "tsne"),
        (together(CUSTOM, UMAP), "umap"),
        (CUSTOM, "custom"),
    ],
)
def test_a_state_that_names_no_projection_shows_the_first_that_it_holds(points: list[Json], method: str) -> None:
    given = without(state(projections=points, pcaComponentDimensions=[0, 1]), "selectedProjection")
    assert exported(read_one(given))["selectedProjection"] == method


def test_colors_labels_and_camera_carry_over() -> None:
    view = read_one(state()).view
    assert (view.label_column, view.color_column, view.color_mode) == ("word", "class", "categorical")
    assert view.camera.mode == "orthographic"
    assert (view.camera.position, view.camera.target, view.camera.zoom) == ((0, 1.5, 10), (0.25, 0, -1), 1.0526)
    plain = read_one(state(selectedColorOptionName="No color map", forceCategoricalColoring=False)).view
    assert (plain.color_column, plain.color_mode) == (None, "auto")


@pytest.mark.parametrize(
    ("changes", "mode", "position"),
    [({}, "perspective", (0.45, 0.9, 1.6)), ({"tSNEis3d": False}, "orthographic", (0, 0, 4))],
)
def test_without_a_camera_it_stands_where_tensorboard_starts(
    changes: Json, mode: str, position: tuple[float, ...]
) -> None:
    view = read_one(without(state(**changes), "cameraDef")).view
    assert (view.camera.mode, view.camera.position) == (mode, position)


@pytest.mark.parametrize(
    "changes",
    [
        {"tSNEPerplexity": 1},
        {"tSNEPerplexity": 5000},
        {"tSNELearningRate": 50},
        {"tSNELearningRate": 400},
        {"tSNEIteration": 10**6},
    ],
)
def test_tsne_beyond_our_parameters_is_shown_with_a_remark(changes: Json) -> None:
    file = read(state(**changes))
    (bookmark,), (problem,) = file.bookmarks, file.problems
    assert (bookmark.view.projection, bookmark.view.method_label) == (None, "t-SNE")
    assert problem.severity == "notice"
    assert exported(bookmark).items() >= changes.items()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("A", "A"),
        ("  padded ", "padded"),
        ("", "State 1"),
        ("   ", "State 1"),
        (None, "State 1"),
        ("two\nlines", "two\N{REPLACEMENT CHARACTER}lines"),
        ("\ud83d", "\N{REPLACEMENT CHARACTER}"),
        ("x" * 300, "x" * 200),
        ("日本語 🙂", "日本語 🙂"),
    ],
)
def test_the_label_becomes_a_name_that_can_be_shown(label: str | None, name: str) -> None:
    assert read_one(state(label=label)).name == name


def test_a_selection_is_cut_to_what_is_kept_with_a_remark() -> None:
    shape = EmbeddingShape(6, 4)
    given = state(
        projections=PCA * 2, selectedProjection="pca", dataSetDimensions=[6, 4], selectedPoints=[5, 4, 3, 2, 1]
    )
    file = read(given, shape=shape)
    assert file.bookmarks[0].view.selection == [5, 4, 3, 2]
    assert "first 4 of 5" in file.problems[0].message


def test_unknown_fields_too_large_to_keep_are_told() -> None:
    file = read(state(junk="x" * 3000))
    assert file.bookmarks[0].fields is None
    assert [problem.severity for problem in file.problems] == ["notice"]


@pytest.mark.parametrize("rows", [None, []])
def test_no_filter_shows_all_rows(rows: list[int] | None) -> None:
    bookmark = read_one(state(filteredPoints=rows))
    assert bookmark.view.rows is None
    assert exported(bookmark)["filteredPoints"] is None


def test_filtered_points_are_rows_of_the_whole_set() -> None:
    bookmark = read_one(filtered([0, 2]))
    assert bookmark.view.rows == [0, 2]
    assert bookmark.coordinates.values.tolist() == [10, 20, 11, 21]


def test_selected_points_are_places_among_the_filtered() -> None:
    bookmark = read_one(filtered([0, 2]) | {"selectedPoints": [1]})
    assert bookmark.view.selection == [2]
    assert exported(bookmark)["selectedPoints"] == [1]


def test_filtered_points_in_any_order_keep_their_coordinates_and_selection() -> None:
    given = filtered([2, 0]) | {"selectedPoints": [0], "shuffledDataIndices": [1, 0]}
    given["projections"][0]["tsne-0"] = 0.1
    bookmark = read_one(given)
    assert bookmark.view.rows == [0, 2]
    assert bookmark.coordinates.values.tolist() == [11, 21, 10, 20]
    assert bookmark.view.selection == [2]
    written = exported(bookmark)
    assert written["projections"] == [given["projections"][1], given["projections"][0]]
    assert (written["filteredPoints"], written["selectedPoints"]) == ([0, 2], [1])
    assert "shuffledDataIndices" not in written
    assert exported(read_one(written)) == written


def test_every_row_may_be_named() -> None:
    bookmark = read_one(filtered([0, 1, 2], n_points=3))
    assert bookmark.view.rows == [0, 1, 2]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (filtered(None), "saved for 2 x 4 (points x dimensions) and names no filteredPoints; this embedding is 3 x 4"),
        (filtered([0]), "filteredPoints names 1 rows"),
        (filtered([0, 3]), "filteredPoints names row 3; this embedding is 3 x 4"),
        (filtered([1, 1]), "names a row twice"),
        (filtered([0, -1]), "filteredPoints.1"),
        (filtered([0, 1.5]), "filteredPoints.1"),
        (filtered("all"), "filteredPoints"),
        (filtered([0, 2]) | {"selectedPoints": [2]}, "selectedPoints names point 2; it has points 0 to 1"),
        (filtered([0, 2]) | {"dataSetDimensions": [3, 4]}, "but its field projections holds 2 points"),
    ],
)
def test_rows_that_contradict_themselves_or_the_embedding_are_told(given: Json, words: str) -> None:
    assert words in reason(given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (7, "no JSON object"),
        (None, "no JSON object"),
        ([], "no JSON object"),
        ({}, "projections must be an array"),
        (state(projections=[]), "projections must be an array"),
        (state(projections={"0": {}}), "projections must be an array"),
        (state(projections=[1, 2, 3]), "projections[0] is a number; it must be an object"),
        (state(projections=[{}, None, {}]), "projections[1] is null; it must be an object"),
        (state(projections=[*TSNE[:2], {"tsne-0": "1"}]), "projections[2]['tsne-0'] is a text"),
        (state(projections=[{"tsne-0": True}, {}, {}]), "projections[0]['tsne-0'] is a boolean"),
        (state(projections=[{"tsne-0": [1]}, {}, {}]), "projections[0]['tsne-0'] is an array"),
        (state(projections=PCA), "hold no coordinates of t-SNE"),
        (state(projections=[{"tsne-0": 1}] * 3), "hold no coordinates of t-SNE"),
        (state(projections=[{"tsne-0": 1, "tsne-2": 1}] * 3), "hold no coordinates of t-SNE"),
        (state(projections=[{"tsne-0": 1, "tsne-1": 1e39}] * 3), "projections[0]['tsne-1'] is beyond the range"),
        (state(projections=[{"tsne-0": 1, "tsne-1": 10**400}] * 3), "projections[0]['tsne-1'] is beyond the range"),
        (without(state(projections=[{}] * 3), "selectedProjection"), "coordinates of no projection"),
        (state(dataSetDimensions=[3, 5]), "saved for 3 x 5 (points x dimensions); this embedding is 3 x 4"),
        (state(dataSetDimensions=[3]), "dataSetDimensions"),
        (state(dataSetDimensions="3x4"), "dataSetDimensions"),
        (state(selectedPoints=[3]), "selectedPoints names point 3; it has points 0 to 2"),
        (state(selectedPoints=[-1]), "selectedPoints.0"),
        (state(selectedProjection="lda"), "selectedProjection"),
        (state(selectedProjection="pca", pcaComponentDimensions=[0, 5]), "allowed are 0 to 2"),
        (state(selectedProjection="pca", pcaComponentDimensions=[0, 0]), "each layout column may be named once"),
        (state(pcaComponentDimensions=[1]), "pcaComponentDimensions"),
        (state(tSNEPerplexity="30"), "tSNEPerplexity"),
        (state(tSNEis3d=1), "tSNEis3d"),
        (state(tSNEIteration=-1), "tSNEIteration"),
        (state(cameraDef={"position": [0, 0]}), "cameraDef.position"),
        (state(cameraDef={"position": [0, 0, 4], "zoom": 0}), "cameraDef.zoom"),
        (state(cameraDef=[]), "cameraDef"),
        (state(selectedLabelOption=["word"]), "selectedLabelOption"),
    ],
)
def test_a_state_that_cannot_be_shown_says_why(given: object, words: str) -> None:
    assert words in reason(given)


def test_a_number_beyond_float64_is_told() -> None:
    content = file_of(state(extra=1)).replace(b'"extra": 1', b'"extra": 1e999')
    (problem,) = read_bookmarks(content, SHAPE, LIMITS).problems
    assert "beyond the range of float64" in problem.message


def test_of_many_wrong_fields_three_are_named() -> None:
    wrong = state(tSNEIteration="x", tSNEPerplexity="x", tSNELearningRate="x", umapMinDist="x")
    assert reason(wrong).count("Input should be") == 3


def test_one_state_left_out_does_not_hide_the_others() -> None:
    file = read(state(label="good"), state(label="bad", projections=[]), 5, state(label="also good"))
    assert [bookmark.name for bookmark in file.bookmarks] == ["good", "also good"]
    assert [problem.subject for problem in file.problems] == ["bad", "State 3"]
    assert file.problems[0].message.startswith("bad is left out. ")


def test_an_empty_file_has_no_bookmark_and_no_problem() -> None:
    for content in (b"[]", b" [ ] "):
        file = read_bookmarks(content, SHAPE, LIMITS)
        assert (file.bookmarks, file.problems) == ([], [])


@pytest.mark.parametrize("extra", [state(), 0], ids=["good", "bad"])
def test_only_so_many_states_of_a_file_are_read(extra: object) -> None:
    file = read(*[extra] * 400)
    assert len(file.bookmarks) + len(file.problems) == LIMITS.bookmarks_per_collection + 1
    assert "first 5 states" in file.problems[-1].message


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 5) | st.floats() | st.sampled_from(["", "pca", "tsne", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tsne-0", "tsne-1", "zoom"]), inner),
    max_leaves=6,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(state())), _VALUES, max_size=4))
def test_any_value_in_any_field_is_shown_or_told(changes: Json) -> None:
    content = json.dumps([state(**changes)]).encode()
    try:
        file = read_bookmarks(content, SHAPE, LIMITS)
    except InvalidArgument as refused:
        if "not JSON" not in refused.message:
            raise
        return
    assert len(file.bookmarks) + sum(problem.severity == "error" for problem in file.problems) == 1
    for bookmark in file.bookmarks:
        written = exported(bookmark)
        assert len(written["projections"]) == SHAPE.n_points
        assert all(math.isfinite(value) for point in written["projections"] for value in point.values() if value)
