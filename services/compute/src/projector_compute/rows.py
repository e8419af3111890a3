"""The rows that a job computes with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.preprocess import rows_not_finite
from projector_compute.model import Float32Array, JobSpec
from projector_compute.ports import EmbeddingStore
from projector_compute.session import Session


@contextlib.contextmanager
def open_rows(session: Session, embeddings: EmbeddingStore, spec: JobSpec) -> Iterator[Float32Array]:
    """The job's rows, float32 ``(n_points, n_dims)``, not to be changed.

    Raises:
        InvalidArgument: a row holds a value that is not finite.
    """
    with embeddings.open(spec.embedding, session.progress) as embedding:
        points = embedding if spec.rows is None else embedding[spec.rows]
        found = rows_not_finite(points)
        if len(found):
            first = int(found[0]) if spec.rows is None else int(np.asarray(spec.rows)[found[0]])
            raise InvalidArgument(
                f"{len(found)} of {len(points)} rows hold NaN or infinite values, the first is row {first}; "
                "project a selection without them."
            )
        yield points
