"""Small valid values that tests change one field at a time."""

from __future__ import annotations

from typing import Any

from projector_gateway.collections.schemas import Camera, View
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.schemas import JobRequest
from projector_gateway.people.schemas import Person

EMBEDDING_ID = "digits-0"
SOMEBODY = Person(id="p1", name="Ada")


def embedding(**changes: Any) -> Embedding:
    """An embedding of ten points in four dimensions."""
    described: dict[str, Any] = {
        "id": EMBEDDING_ID,
        "run_id": "r1",
        "run_name": "digits",
        "tensor_name": "digits",
        "display_name": "digits",
        "step": None,
        "n_points": 10,
        "n_dims": 4,
        "version": "v1",
        "dtype": "float32",
        "digest": "d" * 64,
        "columns": [],
        "sprite": None,
        "problems": [],
    }
    return Embedding.model_validate(described | changes)


def job_request(projection: dict[str, Any] | None = None, **changes: Any) -> JobRequest:
    """A request for t-SNE of the sample embedding, as REST would read it."""
    body = {"embedding_id": EMBEDDING_ID, "projection": {"method": "tsne"} if projection is None else projection}
    return JobRequest.model_validate(body | changes)


def view(**changes: Any) -> View:
    """A view of a 2-D layout of the sample embedding."""
    shown: dict[str, Any] = {
        "projection": {"method": "tsne", "n_dims": 2, "perplexity": 2},
        "components": [0, 1],
        "step": 3,
        "camera": camera(),
        "label_column": "label",
        "color_column": None,
    }
    return View.model_validate(shown | changes)


def camera() -> Camera:
    """TensorBoard's start position in two dimensions."""
    return Camera(mode="orthographic", position=(0, 0, 4), target=(0, 0, 0), up=(0, 1, 0), zoom=1)
