"""TensorBoard bookmark files as that program writes them, small."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from projector_gateway.collections.limits import Limits
from projector_gateway.collections.tensorboard_bookmarks import ReadBookmark, ReadFile, read_bookmarks
from projector_gateway.collections.tensorboard_export import SavedBookmark, state_pieces
from projector_gateway.collections.tensorboard_rows import EmbeddingShape
from projector_gateway.layouts import encode_layout

Json = dict[str, Any]
SHAPE = EmbeddingShape(3, 4)
LIMITS = replace(Limits(), bookmarks_per_collection=5, selected_rows=4, kept_field_bytes=2000)
# What no float32 holds, so that a coordinate rounded on the way is seen.
PCA = [{"pca-0": 0.1, "pca-1": -2.623126412446447, "pca-2": 1e-17}] * 2 + [{"pca-0": 1, "pca-1": 2, "pca-2": 3}]
TSNE = [{"tsne-0": 0.1, "tsne-1": -30.701920578534946, "tsne-2": 5.5}] * 3
UMAP = [{"umap-0": 10.2, "umap-1": -4.7, "umap-2": 0.3}] * 3
CUSTOM = [{"linear-x": 0.7, "linear-y": -0.2}] * 3


def together(*projections: list[dict[str, Any]]) -> list[Json]:
    """Points with the coordinates of several projections."""
    return [
        {name: value for point in points for name, value in point.items()} for points in zip(*projections, strict=True)
    ]


def state(**changes: Any) -> Json:
    """One bookmark with every field that the format has, none at its default."""
    return {
        "label": 'Politics: "Bad" to "Good"',
        "isSelected": True,
        "selectedProjection": "tsne",
        "dataSetDimensions": [3, 4],
        "tSNEIteration": 948,
        "tSNEPerplexity": 17.5,
        "tSNELearningRate": 2,
        "tSNEis3d": True,
        "umapIs3d": False,
        "umapNeighbors": 22,
        "umapMinDist": 0.25,
        "pcaComponentDimensions": [2, 0, 1],
        "customSelectedSearchByMetadataOption": "word",
        "customXLeftText": "^bad$",
        "customXRightText": "^good$",
        "customYUpText": "up",
        "customYDownText": "down",
        "customXLeftRegex": True,
        "customXRightRegex": True,
        "customYUpRegex": True,
        "customYDownRegex": True,
        "projections": together(PCA, TSNE, UMAP, CUSTOM),
        "filteredPoints": None,
        "selectedPoints": [2, 0],
        "shuffledDataIndices": [1, 2, 0],
        "cameraDef": {"orthographic": True, "position": [0, 1.5, 10], "target": [0.25, 0, -1], "zoom": 1.0526},
        "selectedColorOptionName": "class",
        "forceCategoricalColoring": True,
        "selectedLabelOption": "word",
        **changes,
    }


def without(given: Json, *names: str) -> Json:
    """A state that leaves fields out, as older programs do."""
    return {name: value for name, value in given.items() if name not in names}


def file_of(*states: object) -> bytes:
    """A bookmark file."""
    return json.dumps(states).encode()


def read(*states: object, shape: EmbeddingShape = SHAPE, limits: Limits = LIMITS) -> ReadFile:
    """What becomes of states."""
    return read_bookmarks(file_of(*states), shape, limits)


def read_one(given: Json, *, shape: EmbeddingShape = SHAPE, limits: Limits = LIMITS) -> ReadBookmark:
    """The bookmark that one state becomes, without a remark."""
    file = read(given, shape=shape, limits=limits)
    assert file.problems == []
    (bookmark,) = file.bookmarks
    return bookmark


def exported(bookmark: ReadBookmark, *, n_dims: int = SHAPE.n_dims) -> Json:
    """The state that a bookmark is written as after the database has held it."""
    layout = encode_layout(bookmark.coordinates, step=0)
    saved = SavedBookmark(bookmark.name, bookmark.view, layout.event, fields=bookmark.fields, points=bookmark.points)
    written: Json = json.loads(b"".join(state_pieces(saved, n_dims=n_dims)))
    return written
