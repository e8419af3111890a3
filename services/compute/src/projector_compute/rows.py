"""The rows that a job computes with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.preprocess import (
    Rows,
    Transform,
    TransformedRows,
    rows_not_finite,
    spherizing,
    z_scoring,
)
from projector_compute.ports import EmbeddingStore
from projector_compute.session import Session
from projector_compute.specs import Float32Array, JobSpec, Preprocessing


@contextlib.contextmanager
def open_rows(session: Session, embeddings: EmbeddingStore, spec: JobSpec) -> Iterator[Rows]:
    """The job's rows, preprocessed as it says, float32 ``(n_points, n_dims)``, not to be changed.

    Raises:
        InvalidArgument: a row holds a value that is not finite.
    """
    with embeddings.open(spec.embedding, session.progress, session.wait) as embedding:
        points = embedding if spec.rows is None else embedding[spec.rows]
        _check_finite(points, spec)
        transform = transform_of(spec.preprocessing, embedding)
        yield points if transform is None else TransformedRows(points, transform)


def transform_of(preprocessing: Preprocessing, embedding: Float32Array) -> Transform | None:
    """What a preprocessing does to the rows of an embedding; None: nothing."""
    match preprocessing:
        case Preprocessing.SPHERIZE:
            return spherizing(embedding)
        case Preprocessing.Z_SCORE:
            return z_scoring(embedding)
        case Preprocessing.NONE:
            return None


def _check_finite(points: Float32Array, spec: JobSpec) -> None:
    found = rows_not_finite(points)
    if len(found):
        first = int(found[0]) if spec.rows is None else int(np.asarray(spec.rows)[found[0]])
        raise InvalidArgument(
            f"{len(found)} of {len(points)} rows hold NaN or infinite values, the first is row {first}; "
            "project a selection without them."
        )
