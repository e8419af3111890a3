"""Jobs on a real worker."""

from __future__ import annotations

import numpy as np
import pytest
from integration.compute.array_loader import ArrayLoader
from integration.compute.job_client import JobClient, pca_spec
from integration.compute.worker_process import WorkerPlace
from numpy.typing import NDArray

from projector_compute.model import Phase

pytestmark = pytest.mark.integration


def test_pca_from_the_loader_to_the_stored_frame(
    place: WorkerPlace, loader: ArrayLoader, client: JobClient, digits: NDArray[np.float32]
) -> None:
    with place.worker("batch"):
        job = client.create(pca_spec(loader.add("digits", digits)))
        state = client.wait_for(job, Phase.FINISHED)
    (frame,) = client.frames(job)
    assert (frame.sequence, frame.step, frame.layout.shape) == (1, 0, (1797, 10))
    assert state.explained_variance_ratio is not None
    assert state.explained_variance_ratio[0] == pytest.approx(0.1489, abs=1e-4)
