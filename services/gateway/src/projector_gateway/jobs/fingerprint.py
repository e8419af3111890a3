"""The fingerprint of a job: equal requests get equal fingerprints, on any machine and after any restart."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from projector_contracts.names import ENGINE_VERSION
from projector_gateway.datasets.schemas import Embedding
from projector_gateway.jobs.projections import Projection, Tsne, Umap
from projector_gateway.jobs.schemas import JobRequest
from projector_gateway.wire_arrays import write_uint32


def fingerprint(request: JobRequest, embedding: Embedding) -> str:
    """SHA-256, lower-case hex, over canonical JSON of all that decides a job's frames; the request must be resolved.

    Serialised protobuf is not canonical, so it is not what is hashed. The embedding's id is part of it beside the
    digest of its content: a job belongs to one embedding, even where two share their content.
    """
    canonical = json.dumps(
        {
            "engine": ENGINE_VERSION,
            "embedding": embedding.id,
            "digest": embedding.digest,
            "rows": None if request.rows is None else hashlib.sha256(write_uint32(request.rows)).hexdigest(),
            "seed": request.seed,
            "preprocessing": request.preprocessing,
            "projection": _projection(request.projection),
        },
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _projection(projection: Projection) -> dict[str, Any]:
    """Its parameters, with a digest in the place of coordinates, which may be megabytes."""
    if isinstance(projection, Tsne | Umap) and projection.initial_layout is not None:
        parameters = projection.model_copy(update={"initial_layout": None}).model_dump(mode="json")
        return {**parameters, "initial_layout": hashlib.sha256(projection.initial_layout).hexdigest()}
    return projection.model_dump(mode="json")
