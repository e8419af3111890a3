"""The fields of a TensorBoard bookmark, and how our View says the same.

Cameras carry over as they are: both pages look with a vertical field of view of 70 degrees (perspective) or half an
extent of 1.2 (orthographic) at points inside the cube [-1, 1], with +y up. TensorBoard fills that cube by scaling each
axis on its own; we scale all axes alike, so that distances stay true.

Source: class State of tensorboard/plugins/projector/vz_projector/data.ts and class CameraDef of scatterPlot.ts.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from projector_gateway.collections.schemas import Camera, Finite, View
from projector_gateway.collections.tensorboard_json import CUSTOM_NAMES, PCA_NAMES, TSNE_NAMES, UMAP_NAMES
from projector_gateway.jobs.projections import Pca, Tsne

Method: TypeAlias = Literal["pca", "tsne", "umap", "custom"]

NAMES: Final[dict[Method, tuple[str, ...]]] = {
    "pca": PCA_NAMES,
    "tsne": TSNE_NAMES,
    "umap": UMAP_NAMES,
    "custom": CUSTOM_NAMES,
}
METHOD_LABELS: Final[dict[Method, str]] = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP", "custom": "Custom axes"}
NO_COLOR: Final = "No color map"
NUMBER: Final = "%.9g"
"""How we write a coordinate: nine significant digits tell any two float32 apart."""
OUR_FIELD: Final = "projectorView"
"""Holds the whole View in files that we write; TensorBoard carries it along unread."""
DEFAULT_PERPLEXITY: Final = 30.0
DEFAULT_RATE_EXPONENT: Final = 1.0
EXAGGERATION: Final = 4.0
"""Of TensorBoard's t-SNE, for its first EXAGGERATION_STEPS steps (bh_tsne.ts)."""
EXAGGERATION_STEPS: Final = 100

_Row = Annotated[int, Field(ge=0, lt=2**32)]
_Position = Annotated[list[Finite], Field(min_length=3, max_length=3)]
_START_3D = [0.45, 0.9, 1.6]
_START_2D = [0.0, 0.0, 4.0]
_UP = (0.0, 1.0, 0.0)
_ORIGIN = [0.0, 0.0, 0.0]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel, extra="ignore")


class CameraDef(_Part):
    """Where TensorBoard's camera stands and looks."""

    orthographic: bool = False
    position: _Position
    target: _Position = _ORIGIN
    zoom: Finite = Field(1, gt=0)


class State(_Part):
    """One bookmark but its coordinates; a field that is null counts as absent."""

    label: str = ""
    is_selected: bool = False
    selected_projection: Method | None = None
    data_set_dimensions: Annotated[list[_Row], Field(min_length=2, max_length=2)] | None = None
    tsne_iteration: _Row = Field(0, alias="tSNEIteration")
    tsne_perplexity: Finite = Field(DEFAULT_PERPLEXITY, alias="tSNEPerplexity")
    tsne_rate_exponent: Finite = Field(DEFAULT_RATE_EXPONENT, alias="tSNELearningRate")
    tsne_is_3d: bool = Field(True, alias="tSNEis3d")
    umap_is_3d: bool = Field(True, alias="umapIs3d")
    umap_neighbors: int = 15
    umap_min_dist: Finite = 0.1
    pca_component_dimensions: Annotated[list[_Row], Field(min_length=2, max_length=3)] | None = None
    custom_selected_search_by_metadata_option: str = ""
    custom_x_left_text: str = Field("", alias="customXLeftText")
    custom_x_right_text: str = Field("", alias="customXRightText")
    custom_y_up_text: str = Field("", alias="customYUpText")
    custom_y_down_text: str = Field("", alias="customYDownText")
    custom_x_left_regex: bool = Field(False, alias="customXLeftRegex")
    custom_x_right_regex: bool = Field(False, alias="customXRightRegex")
    custom_y_up_regex: bool = Field(False, alias="customYUpRegex")
    custom_y_down_regex: bool = Field(False, alias="customYDownRegex")
    filtered_points: list[_Row] | None = None
    selected_points: list[_Row] = Field(default_factory=list)
    shuffled_data_indices: list[_Row] = Field(default_factory=list)
    camera_def: CameraDef | None = None
    selected_color_option_name: str = NO_COLOR
    force_categorical_coloring: bool = False
    selected_label_option: str = ""


def camera_of(definition: CameraDef | None, *, is_flat: bool) -> Camera:
    """Our camera; TensorBoard's start position where there is no definition."""
    if definition is None:
        position = _START_2D if is_flat else _START_3D
        definition = CameraDef(orthographic=is_flat, position=position, target=_ORIGIN, zoom=1)
    return Camera(
        mode="orthographic" if definition.orthographic else "perspective",
        position=_vector(definition.position),
        target=_vector(definition.target),
        up=_UP,
        zoom=definition.zoom,
    )


def method_of(view: View, n_layout_dims: int) -> Method:
    """Under which of its methods TensorBoard can show a layout.

    What it has no name for becomes UMAP, the only one that it shows without computing anything again.
    """
    if isinstance(view.projection, Pca):
        return "pca"
    if isinstance(view.projection, Tsne):
        return "tsne"
    for method, label in METHOD_LABELS.items():
        if label == view.method_label and _can_hold(method, n_layout_dims):
            return method
    return "umap" if _can_hold("umap", n_layout_dims) else "pca"


def _can_hold(method: Method, n_layout_dims: int) -> bool:
    return n_layout_dims == 2 if method == "custom" else n_layout_dims <= len(NAMES[method])


def view_fields(view: View, method: Method, *, n_layout_points: int, n_layout_dims: int, n_dims: int) -> dict[str, Any]:
    """Every field that follows from a view, under TensorBoard's names.

    Args:
        n_layout_points, n_layout_dims: shape of the layout.
        n_dims: columns of the embedding.
    """
    place_of_row = None if view.rows is None else {row: place for place, row in enumerate(view.rows)}
    shown = (
        view.selection if place_of_row is None else [place_of_row[row] for row in view.selection if row in place_of_row]
    )
    return {
        "isSelected": False,
        "selectedProjection": method,
        "dataSetDimensions": [n_layout_points, n_dims],
        "filteredPoints": view.rows,
        "selectedPoints": shown,
        "cameraDef": _camera_definition(view.camera),
        "selectedColorOptionName": view.color_column or NO_COLOR,
        "forceCategoricalColoring": view.color_mode == "categorical",
        "selectedLabelOption": view.label_column or "",
        **_method_fields(view, method, n_layout_dims),
    }


def default_fields(view: View) -> dict[str, Any]:
    """What a file says where neither the view nor an imported file knows better."""
    defaults = State().model_dump(by_alias=True, exclude=_WITHOUT_DEFAULT)
    return defaults | {
        "pcaComponentDimensions": [0, 1, 2],
        "customSelectedSearchByMetadataOption": view.label_column or "",
    }


_WITHOUT_DEFAULT = {"label", "data_set_dimensions", "filtered_points", "shuffled_data_indices", "camera_def"}


def _method_fields(view: View, method: Method, n_layout_dims: int) -> dict[str, Any]:
    is_3d = n_layout_dims == 3
    match method:
        case "pca":
            return {"pcaComponentDimensions": view.components}
        case "umap":
            return {"umapIs3d": is_3d}
        case "custom":
            return {}
        case "tsne":
            fields: dict[str, Any] = {"tSNEis3d": is_3d, "tSNEIteration": view.step or 0}
            if isinstance(view.projection, Tsne):
                fields |= {
                    "tSNEPerplexity": view.projection.perplexity[0],
                    "tSNELearningRate": _rate_exponent(view.projection),
                }
            return fields


def _rate_exponent(tsne: Tsne) -> float:
    """TensorBoard's slider holds the exponent of the rate; a rate that we choose by size is its default there."""
    return math.log10(tsne.learning_rate) if tsne.learning_rate > 0 else DEFAULT_RATE_EXPONENT


def _camera_definition(camera: Camera) -> dict[str, Any]:
    return {
        "orthographic": camera.mode == "orthographic",
        "position": list(camera.position),
        "target": list(camera.target),
        "zoom": camera.zoom,
    }


def _vector(numbers: list[float]) -> tuple[float, float, float]:
    x, y, z = numbers
    return x, y, z
