"""TensorBoard bookmark files -> our bookmarks. Pure functions; reading a large file takes seconds, so use a thread.

Each state of a file that can be shown becomes a bookmark; each that cannot becomes a Problem with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from projector_chassis.errors import InvalidArgument
from projector_gateway.collections.limits import Limits
from projector_gateway.collections.orm import NAME_CHARACTERS
from projector_gateway.collections.schemas import View
from projector_gateway.collections.tensorboard_format import (
    EXAGGERATION,
    EXAGGERATION_STEPS,
    METHOD_LABELS,
    NAMES,
    NO_COLOR,
    OUR_FIELD,
    Method,
    State,
    camera_of,
    default_fields,
    method_of,
    view_fields,
)
from projector_gateway.collections.tensorboard_json import dump_ascii, parse_states
from projector_gateway.collections.tensorboard_layout import (
    find_method,
    read_coordinates,
    read_points,
    reorder,
    say_more,
)
from projector_gateway.collections.tensorboard_rows import EmbeddingShape, filtered_rows, row_order
from projector_gateway.collections.view_rules import check_view, is_control
from projector_gateway.datasets.schemas import Problem
from projector_gateway.jobs.projections import Pca, Projection, Tsne
from projector_gateway.layouts import Coordinates

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_STEPS_OF_A_RUN = 1000
"""What t-SNE is given where a file says no iteration, since TensorBoard's has no end."""
_MAX_NAMED_FIELDS = 3


@dataclass(frozen=True)
class ReadBookmark:
    """One state that can be shown."""

    name: str
    view: View
    coordinates: Coordinates
    fields: str | None
    """What ``view`` cannot say, as an ASCII JSON object."""
    points: str | None
    """The file's points, in the order of the layout, where they say more than it, as an ASCII JSON array."""


@dataclass(frozen=True)
class ReadFile:
    """What became of the states of a file, in their order."""

    bookmarks: list[ReadBookmark]
    problems: list[Problem]


def read_bookmarks(content: bytes, shape: EmbeddingShape, limits: Limits) -> ReadFile:
    """Read a bookmark file for an embedding.

    Raises:
        InvalidArgument: it is no JSON array.
        TooLarge: it holds more values than are read.
    """
    states = parse_states(content, max_values=limits.file_values)
    bookmarks: list[ReadBookmark] = []
    problems: list[Problem] = []
    for place, raw in enumerate(states):
        states[place] = None  # its points are large; nobody needs them twice
        name = _name(raw, place)
        if place == limits.bookmarks_per_collection:
            text = f"Of a file the first {place} states are read; this one and all after it are left out."
            problems.append(Problem(severity="warning", subject=name, message=text))
            break
        try:
            bookmark, remarks = _read_state(raw, name, shape, limits)
        except (InvalidArgument, RecursionError) as error:
            text = error.message if isinstance(error, InvalidArgument) else "Its values are nested too deeply."
            problems.append(Problem(severity="error", subject=name, message=f"{name} is left out. {text}"))
        else:
            bookmarks.append(bookmark)
            problems += [Problem(severity="notice", subject=name, message=f"{name}: {each}") for each in remarks]
    return ReadFile(bookmarks, problems)


def _read_state(raw: object, name: str, shape: EmbeddingShape, limits: Limits) -> tuple[ReadBookmark, list[str]]:
    if not isinstance(raw, dict):
        raise InvalidArgument("It is no JSON object.")
    state = _checked(raw)
    objects = _projections(raw)
    filtered = filtered_rows(state, len(objects), shape)
    method, coordinates = _shown_coordinates(state, objects)
    rows, layout = filtered, coordinates
    if filtered is not None and (order := row_order(filtered)) is not None:
        rows, layout = [filtered[place] for place in order], reorder(coordinates, order)
        objects = [objects[place] for place in order]
    remarks: list[str] = []
    view = _our_view(raw, method, rows, layout, shape, limits)
    if view is None:
        view = _view(state, method, layout, rows=rows, filtered=filtered, limits=limits, remarks=remarks)
        _check(view, layout, shape, limits)
    known = view_fields(view, method, n_layout_points=layout.n_points, n_layout_dims=layout.n_dims, n_dims=shape.n_dims)
    # The sampling order counts places in an order of points that may be no more.
    meaningless = {"shuffledDataIndices"} if rows != filtered else set[str]()
    fields = _other_fields(raw, known.keys() | meaningless, default_fields(view))
    if fields is not None and len(fields) > limits.kept_field_bytes:
        remarks.append("fields that the projector does not use are too large to be kept.")
        fields = None
    says_more = say_more(objects, NAMES[method][: layout.n_dims], layout)
    return ReadBookmark(name, view, layout, fields, points=_dump(objects) if says_more else None), remarks


def _name(raw: object, place: int) -> str:
    """The label as a name that can be shown, else ``State 1`` as TensorBoard would call it."""
    label = raw.get("label") if isinstance(raw, dict) else None
    text = label if isinstance(label, str) else ""
    shown = "".join(_REPLACEMENT if is_control(character) else character for character in text[:NAME_CHARACTERS])
    return shown.strip() or f"State {place + 1}"


def _checked(raw: dict[str, Any]) -> State:
    given = {key: value for key, value in raw.items() if value is not None}
    try:
        return State.model_validate(given)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        named = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}." for each in wrong]
        raise InvalidArgument(" ".join(named[:_MAX_NAMED_FIELDS])) from error


def _projections(raw: dict[str, Any]) -> list[Any]:
    projections = raw.get("projections")
    if not isinstance(projections, list) or not projections:
        raise InvalidArgument("Its field projections must be an array with one object of coordinates a point.")
    return projections


def _shown_coordinates(state: State, objects: list[Any]) -> tuple[Method, Coordinates]:
    """The projection that a state shows, and its coordinates in the state's order."""
    points = read_points(objects)
    method = state.selected_projection or find_method(points)
    is_flat = {"tsne": not state.tsne_is_3d, "umap": not state.umap_is_3d}.get(method, False)
    return method, read_coordinates(points, method, is_flat=is_flat)


def _our_view(
    raw: dict[str, Any],
    method: Method,
    rows: list[int] | None,
    layout: Coordinates,
    shape: EmbeddingShape,
    limits: Limits,
) -> View | None:
    """The View of a file that we wrote; None where there is none that still fits the other fields."""
    try:
        view = View.model_validate(raw.get(OUR_FIELD))
        _check(view, layout, shape, limits)
    except (ValidationError, InvalidArgument):
        return None
    return view if view.rows == rows and method_of(view, layout.n_dims) == method else None


def _check(view: View, layout: Coordinates, shape: EmbeddingShape, limits: Limits) -> None:
    check_view(
        view,
        n_layout_points=layout.n_points,
        n_layout_dims=layout.n_dims,
        n_points=shape.n_points,
        limits=limits,
    )


def _view(
    state: State,
    method: Method,
    layout: Coordinates,
    *,
    rows: list[int] | None,
    filtered: list[int] | None,
    limits: Limits,
    remarks: list[str],
) -> View:
    projection = _projection(state, method, layout)
    if projection is None and method == "tsne":
        remarks.append("its parameters of t-SNE lie outside of what this projector computes; only the picture is kept.")
    components = list(range(min(layout.n_dims, 3)))
    if method == "pca":
        components = state.pca_component_dimensions or components
    color = state.selected_color_option_name
    return View(
        projection=projection,
        method_label=METHOD_LABELS[method] if projection is None else None,
        components=components,
        step=state.tsne_iteration if method == "tsne" else None,
        camera=camera_of(state.camera_def, is_flat=len(components) == 2),
        label_column=state.selected_label_option or None,
        color_column=None if color in (NO_COLOR, "") else color,
        color_mode="categorical" if state.force_categorical_coloring else "auto",
        selection=_selected_rows(state, layout.n_points, filtered, limits, remarks),
        rows=rows,
    )


def _projection(state: State, method: Method, layout: Coordinates) -> Projection | None:
    """The parameters, where this projector has such a job; they are those of TensorBoard's own t-SNE."""
    if method == "pca":
        return Pca(n_components=layout.n_dims)
    if method != "tsne":
        return None
    try:
        return Tsne.model_validate(
            {
                "n_dims": layout.n_dims,
                "perplexity": state.tsne_perplexity,
                "learning_rate": 10.0**state.tsne_rate_exponent,
                "early_exaggeration": EXAGGERATION,
                "early_exaggeration_steps": EXAGGERATION_STEPS,
                "n_steps": state.tsne_iteration or _STEPS_OF_A_RUN,
                "metric": "cosine",
            }
        )
    except (ValidationError, OverflowError):
        return None


def _selected_rows(
    state: State, n_points: int, filtered: list[int] | None, limits: Limits, remarks: list[str]
) -> Sequence[int]:
    """Rows of the embedding for the places in the state's own order that it selects."""
    places = state.selected_points
    if places and max(places) >= n_points:
        raise InvalidArgument(f"Its field selectedPoints names point {max(places)}; it has points 0 to {n_points - 1}.")
    if len(places) > limits.selected_rows:
        remarks.append(f"of its selection the first {limits.selected_rows} of {len(places)} points are kept.")
        places = places[: limits.selected_rows]
    return places if filtered is None else [filtered[place] for place in places]


def _other_fields(raw: dict[str, Any], known: Set[str], defaults: dict[str, Any]) -> str | None:
    """All fields that an export could not write without the file, as an ASCII JSON object; None: there are none."""
    ours = known | {"label", "projections", OUR_FIELD}
    others = {
        key: value
        for key, value in raw.items()
        if key not in ours and not (key in defaults and (value is None or value == defaults[key]))
    }
    return _dump(others) if others else None


def _dump(value: object) -> str:
    try:
        return dump_ascii(value)
    except ValueError as error:
        raise InvalidArgument("It holds a number beyond the range of float64.") from error
