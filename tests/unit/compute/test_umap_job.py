"""A UMAP job; how slices begin and end is in ``test_run_job``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.workshop import JOB, Workshop, clusters
from projector_compute.controls import Action
from projector_compute.model import Frame, Phase
from projector_compute.specs import Initialisation, JobSpec, Metric, Supervision, UmapParameters


def workshop_of(points: NDArray[np.floating], *, slice_seconds: float = 1e6, seed: int = 0, **changes: Any) -> Workshop:
    workshop = Workshop(slice_seconds=slice_seconds)
    parameters = UmapParameters(
        **{
            "n_dims": 2,
            "n_neighbors": 6,
            "min_dist": 0.1,
            "metric": Metric.EUCLIDEAN,
            "n_epochs": 30,
            "initialisation": Initialisation.SPECTRAL,
            **changes,
        }
    )
    workshop.create(JobSpec(workshop.embeddings.add("words", points), None, seed, parameters))
    return workshop


def finished(points: NDArray[np.floating], **changes: Any) -> Workshop:
    workshop = workshop_of(points, **changes)
    workshop.work()
    assert workshop.job.state.phase is Phase.FINISHED, workshop.job.state.failure
    return workshop


def last(points: NDArray[np.floating], **changes: Any) -> Frame:
    return finished(points, **changes).frames[-1]


@pytest.mark.parametrize("n_dims", [2, 3])
def test_every_epoch_is_a_frame(n_dims: int) -> None:
    workshop = finished(clusters(), n_dims=n_dims)
    assert [frame.step for frame in workshop.frames] == list(range(31))
    assert all(frame.layout.shape == (40, n_dims) and math.isnan(frame.loss) for frame in workshop.frames)
    assert (workshop.job.state.step, workshop.job.state.progress) == (30, 1.0)


@pytest.mark.parametrize("n_points", [1, 2, 3, 4, 20])
@pytest.mark.parametrize("initialisation", [each for each in Initialisation if each is not Initialisation.GIVEN])
def test_a_few_points_have_a_layout(n_points: int, initialisation: Initialisation) -> None:
    frame = last(clusters(n_points), initialisation=initialisation)
    assert frame.layout.shape == (n_points, 2)
    assert np.isfinite(frame.layout).all()


def test_more_neighbors_than_points_are_lowered_and_noted() -> None:
    (notice,) = finished(clusters(20), n_neighbors=50, initialisation=Initialisation.RANDOM).job.state.notices
    assert (notice.subject, "lowered to 20" in notice.message) == ("n_neighbors", True)


@pytest.mark.parametrize("points", [np.full((40, 5), 3.3), clusters(40, 1), clusters() * 1e18, clusters() * 1e-18])
def test_odd_data_do_no_harm(points: NDArray[np.floating]) -> None:
    assert np.isfinite(last(points).layout).all()


def test_a_job_goes_on_to_the_bit_whatever_its_slices_and_pauses() -> None:
    expected = finished(clusters()).frames
    sliced = finished(clusters(), slice_seconds=0.2).frames
    paused = workshop_of(clusters())
    paused.jobs.on_frame = lambda frame: paused.jobs.control(JOB, Action.PAUSE) if frame.step == 9 else None
    paused.work()
    assert paused.job.state.phase is Phase.PAUSED
    assert 9 <= paused.job.state.step < 30
    paused.jobs.control(JOB, Action.RESUME)
    paused.work()
    for frames in (sliced, paused.frames):
        assert [frame.step for frame in frames] == [frame.step for frame in expected]
        for frame, other in zip(frames, expected, strict=True):
            np.testing.assert_array_equal(frame.layout, other.layout)


def test_a_stopped_job_keeps_its_last_layout() -> None:
    workshop = workshop_of(clusters(), n_epochs=1000)
    workshop.jobs.on_frame = lambda frame: workshop.jobs.control(JOB, Action.STOP) if frame.step == 5 else None
    workshop.work()
    assert workshop.job.state.phase is Phase.STOPPED
    assert 5 <= workshop.frames[-1].step == workshop.job.state.step < 1000


@pytest.mark.parametrize(
    "changes",
    [
        {"n_neighbors": 12},
        {"min_dist": 0.8},
        {"metric": Metric.COSINE},
        {"n_epochs": 60},
        {"initialisation": Initialisation.PCA_SCALED},
        {"initialisation": Initialisation.RANDOM},
        {"seed": 1},
        {"supervision": Supervision(0.9, (np.arange(40) % 2).astype(np.int32))},
    ],
    ids=str,
)
def test_every_parameter_changes_the_layout(changes: dict[str, Any]) -> None:
    usual, changed = last(clusters()).layout, last(clusters(), **changes).layout
    assert np.isfinite(changed).all()
    assert np.abs(usual - changed).max() > 1e-2


def test_no_epochs_asked_for_are_those_that_suit_the_points() -> None:
    assert finished(clusters(), n_epochs=0).job.state.step == 500


def test_another_scale_of_distances_is_the_same_projection() -> None:
    np.testing.assert_allclose(last(clusters() * 4096).layout, last(clusters()).layout, atol=1e-3)
