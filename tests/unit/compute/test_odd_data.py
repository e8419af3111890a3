"""Odd data before every projection: each gives a finite layout, or says what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.workshop import Workshop, clusters, tsne_spec
from projector_compute.model import Phase
from projector_compute.specs import (
    AxisSide,
    CustomAxis,
    CustomParameters,
    Initialisation,
    JobSpec,
    Metric,
    PcaParameters,
    Projection,
    RawParameters,
    UmapParameters,
)


def side(row: int) -> AxisSide:
    return AxisSide(np.array([row], np.uint32))


PROJECTIONS: dict[str, Projection] = {
    "pca": PcaParameters(2),
    "umap": UmapParameters(2, 6, 0.1, Metric.EUCLIDEAN, 10, Initialisation.SPECTRAL),
    "custom": CustomParameters((CustomAxis(side(0), side(1)), CustomAxis(side(2), side(3))), True, False),
    "raw": RawParameters((1, 0)),
}


def outcome(points: NDArray[np.generic], method: str) -> Workshop:
    workshop = Workshop()
    ref = workshop.embeddings.add("words", np.asarray(points, np.float32))
    workshop.create(tsne_spec(ref) if method == "tsne" else JobSpec(ref, None, 0, PROJECTIONS[method]))
    workshop.work()
    return workshop


@pytest.mark.parametrize("method", [*PROJECTIONS, "tsne"])
@pytest.mark.parametrize("scale", [1e20, 1e-20])
def test_huge_and_tiny_numbers_have_a_finite_layout(method: str, scale: float) -> None:
    workshop = outcome(clusters().astype(np.float64) * scale, method)
    assert workshop.job.state.phase is Phase.FINISHED, workshop.job.state.failure
    assert np.isfinite(workshop.frames[-1].layout).all()


@pytest.mark.parametrize("method", [*PROJECTIONS, "tsne"])
def test_whole_numbers_are_projected_like_any(method: str) -> None:
    workshop = outcome((10 * clusters()).astype(np.int16), method)
    assert workshop.job.state.phase is Phase.FINISHED, workshop.job.state.failure
    assert np.isfinite(workshop.frames[-1].layout).all()


@pytest.mark.parametrize("method", [*PROJECTIONS, "tsne"])
def test_a_row_that_is_no_number_is_named(method: str) -> None:
    points = clusters()
    points[7, 0] = np.nan
    failure = outcome(points, method).job.state.failure
    assert failure is not None
    assert failure.code == "invalid_argument"
    assert "row 7" in failure.message
