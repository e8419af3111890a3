"""A PCA job: one frame with all components."""

from __future__ import annotations

import math
from dataclasses import replace

from projector_compute.core.pca import principal_components
from projector_compute.model import JobSpec, PcaParameters, PcaResult, Phase
from projector_compute.ports import EmbeddingStore
from projector_compute.publishing import FramePublisher
from projector_compute.rows import open_rows
from projector_compute.session import Session


def run_pca(session: Session, embeddings: EmbeddingStore, spec: JobSpec, parameters: PcaParameters) -> None:
    """Compute the components, publish them as the one frame and leave the explained variance in the session's state."""
    session.enter(Phase.LOADING)
    with open_rows(session, embeddings, spec) as points:
        session.enter(Phase.RUNNING)
        principal = principal_components(points, parameters.n_components, session.progress)
    result = PcaResult(tuple(principal.explained_variance_ratio.tolist()))
    session.state = replace(session.state, result=result)
    FramePublisher(session, n_steps=0).publish_last(0, math.nan, principal.scores)
