from __future__ import annotations

import math

import numpy as np

from fakes.workshop import Workshop, clusters, pca_spec
from projector_compute.core.pca import principal_components
from projector_compute.model import PcaResult, Phase


def test_the_frame_holds_the_scores_and_the_state_the_variances() -> None:
    workshop = Workshop()
    workshop.create(pca_spec(workshop.embeddings.add("words", clusters()), n_components=3))
    workshop.work()
    expected = principal_components(clusters(), 3)
    (frame,) = workshop.frames
    np.testing.assert_array_equal(frame.layout, expected.scores)
    assert math.isnan(frame.loss)
    state = workshop.job.state
    assert (state.phase, state.progress) == (Phase.FINISHED, 1.0)
    assert state.result == PcaResult(tuple(expected.explained_variance_ratio.tolist()))


def test_many_points_come_in_full_precision() -> None:
    workshop = Workshop()
    workshop.create(pca_spec(workshop.embeddings.add("words", clusters(60_000, 2)), n_components=2))
    workshop.work()
    (frame,) = workshop.frames
    assert frame.layout.shape == (60_000, 2)
    assert frame.layout.dtype == np.float32
