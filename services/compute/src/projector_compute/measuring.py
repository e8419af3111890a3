"""The use case of measuring a layout: how well it shows what is near in the space that its job projected."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from projector_chassis.errors import Deadline, InvalidArgument
from projector_compute.answering import answered, left_out
from projector_compute.core.preprocess import TransformedRows, unit_rows, unit_scale
from projector_compute.core.quality import MIN_POINTS, layout_quality
from projector_compute.model import Failure, Notice
from projector_compute.ports import EmbeddingStore, LayoutStore
from projector_compute.questions import MeasuredQuality, QualityQuery
from projector_compute.rows import transform_of
from projector_compute.specs import Float32Array, JobSpec, Metric, TsneParameters, UmapParameters

_LONGEST_SECONDS = 100.0
"""After which nobody waits for the answer any more."""
MAX_NEIGHBORS = 200


class QualityMeter:
    """Measures layouts of jobs."""

    def __init__(
        self, embeddings: EmbeddingStore, layouts: LayoutStore, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._embeddings = embeddings
        self._layouts = layouts
        self._monotonic = monotonic

    def answer(self, query: QualityQuery) -> MeasuredQuality | Failure:
        """The scores, or why they cannot be had; nothing is raised."""
        return answered(lambda: self._measure(query), what="scores", embedding_or_job=query.layout.job_id)

    def _measure(self, query: QualityQuery) -> MeasuredQuality:
        if not 1 <= query.n_neighbors <= MAX_NEIGHBORS:
            raise InvalidArgument(f"n_neighbors is {query.n_neighbors}; it must be from 1 to {MAX_NEIGHBORS}.")
        end_seconds = self._monotonic() + _LONGEST_SECONDS

        def check(done: float) -> None:
            if self._monotonic() > end_seconds:
                raise Deadline(f"The layout was not measured within {_LONGEST_SECONDS:g} s; the worker is too busy.")

        kept = self._layouts.read(query.layout)
        spec = kept.spec
        with self._embeddings.open(spec.embedding, check) as embedding:
            transform = transform_of(spec.preprocessing, embedding)
            points = embedding if spec.rows is None else embedding[spec.rows]
            usable = np.flatnonzero(np.isfinite(points).all(axis=1) & np.isfinite(kept.layout).all(axis=1))
            points = points[usable]
        if len(usable) < MIN_POINTS:
            raise InvalidArgument(f"A layout is measured from {MIN_POINTS} finite rows up; this one has {len(usable)}.")
        if transform is not None:
            points = TransformedRows(points, transform)[:]
        points = unit_rows(points) if _is_by_direction(spec) else unit_scale(points)
        found = layout_quality(points, kept.layout[usable], query.n_neighbors, seed=spec.seed, progress=check)
        preservation = np.full(len(kept.layout), np.nan, np.float32)
        preservation[usable] = found.preservation
        return MeasuredQuality(kept.sequence, replace(found, preservation=preservation), _notices(kept.layout, usable))


def _is_by_direction(spec: JobSpec) -> bool:
    """Whether the projection went by cosines, as products of unit vectors are, too."""
    projection = spec.projection
    return isinstance(projection, TsneParameters | UmapParameters) and projection.metric is not Metric.EUCLIDEAN


def _notices(layout: Float32Array, usable: NDArray[np.intp]) -> tuple[Notice, ...]:
    n_left_out = len(layout) - len(usable)
    if n_left_out == 0:
        return ()
    return (left_out(n_left_out, "with NaN or infinite values"),)
