"""Jobs of one frame that need no optimisation: PCA, custom axes, some dimensions as they are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from projector_chassis.errors import InvalidArgument
from projector_compute.core.custom import Direction, axes_of, direction, project
from projector_compute.core.pca import principal_components
from projector_compute.core.preprocess import row_blocks
from projector_compute.model import AxisResult, CustomResult, Notice, PcaResult, Phase
from projector_compute.ports import EmbeddingStore
from projector_compute.publishing import FramePublisher
from projector_compute.rows import open_rows, transform_of
from projector_compute.session import Session
from projector_compute.specs import AxisSide, CustomParameters, Float32Array, JobSpec, PcaParameters, RawParameters

_AXIS_NAMES = "xyz"


def run_pca(session: Session, embeddings: EmbeddingStore, spec: JobSpec, parameters: PcaParameters) -> None:
    """Compute the components and leave the explained variance in the session's state."""
    session.enter(Phase.LOADING)
    with open_rows(session, embeddings, spec) as points:
        session.enter(Phase.RUNNING)
        principal = principal_components(
            points, parameters.n_components, session.progress, uncentred=parameters.uncentred
        )
    result = PcaResult(tuple(principal.explained_variance_ratio.tolist()), principal.is_approximate)
    session.state = replace(session.state, result=result)
    _publish(session, principal.scores)


def run_custom(session: Session, embeddings: EmbeddingStore, spec: JobSpec, parameters: CustomParameters) -> None:
    """Project on the axes; what became of their sides is left in the session's state.

    Raises:
        InvalidArgument: an axis has no direction of its own.
    """
    session.enter(Phase.LOADING)
    with embeddings.open(spec.embedding, session.progress, session.wait) as embedding:
        transform = transform_of(spec.preprocessing, embedding)
        directions = [direction(embedding, axis.start.rows, axis.end.rows, transform) for axis in parameters.axes]
    for name, axis, found in zip(_AXIS_NAMES, parameters.axes, directions, strict=False):
        _note_side(session, f"{name}, from", axis.start, found.n_from)
        _note_side(session, f"{name}, to", axis.end, found.n_to)
    try:
        axes = axes_of(directions, normalise=parameters.normalise, orthogonalise=parameters.orthogonalise)
    except ArithmeticError as error:
        raise InvalidArgument(_in_words(str(error))) from error
    with open_rows(session, embeddings, spec) as points:
        session.enter(Phase.RUNNING)
        layout = project(points, axes)
    session.state = replace(session.state, result=CustomResult(tuple(_result(found) for found in directions)))
    _publish(session, layout)


def run_raw(session: Session, embeddings: EmbeddingStore, spec: JobSpec, parameters: RawParameters) -> None:
    """Show some dimensions as they are."""
    session.enter(Phase.LOADING)
    with open_rows(session, embeddings, spec) as points:
        session.enter(Phase.RUNNING)
        layout = np.empty((len(points), len(parameters.dims)), np.float32)
        for rows in row_blocks(points):
            layout[rows] = points[rows][:, parameters.dims]
    _publish(session, layout)


def _note_side(session: Session, name: str, side: AxisSide, n_usable: int) -> None:
    if n_usable == 0:
        session.note(Notice(f"axis {name}", "This side has no usable rows; it is the origin."))
    elif n_usable < len(side.rows):
        left_out = len(side.rows) - n_usable
        session.note(Notice(f"axis {name}", f"{left_out} of {len(side.rows)} rows are not finite and were left out."))


def _in_words(error: str) -> str:
    """What is wrong with axes, which the error names by numbers."""
    for number, name in enumerate(_AXIS_NAMES):
        error = error.replace(f"axis {number}", f"Axis {name}")
    return f"{error}; choose other rows for it."


def _result(found: Direction) -> AxisResult:
    return AxisResult(found.n_from, found.n_to, found.length)


def _publish(session: Session, layout: Float32Array) -> None:
    FramePublisher(session, n_steps=0).publish_last(0, math.nan, layout)
