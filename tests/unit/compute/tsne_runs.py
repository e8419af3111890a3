"""Whole t-SNE jobs in a workshop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fakes.workshop import Workshop, tsne_spec
from projector_compute.model import Frame, Phase

LABELS = (np.arange(40) % 4).astype(np.int32)
"""Of ``clusters()``, one a cloud."""


def finished(points: NDArray[np.floating], *, slice_seconds: float = 1e6, **parameters: object) -> Workshop:
    workshop = Workshop(slice_seconds=slice_seconds)
    workshop.create(tsne_spec(workshop.embeddings.add("words", points), **parameters))  # type: ignore[arg-type]  # passed on
    workshop.work()
    assert workshop.job.state.phase is Phase.FINISHED, workshop.job.state.failure
    return workshop


def last(points: NDArray[np.floating], **parameters: object) -> Frame:
    return finished(points, **parameters).frames[-1]  # type: ignore[arg-type]  # passed on
