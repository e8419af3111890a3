"""What each parameter of a t-SNE job changes; which way the optimiser follows is in ``core/tsne``."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.compute.tsne_runs import LABELS, finished, last

from fakes.workshop import Workshop, clusters, tsne_spec
from projector_compute.core.tsne.initialisation import INITIAL_STD
from projector_compute.model import Phase
from projector_compute.specs import Initialisation, Metric, Supervision


@pytest.mark.parametrize(
    "parameters",
    [
        {"late_exaggeration": 3.0},
        {"early_momentum": 0.1},
        {"late_momentum": 0.2},
        {"perplexity": (5.0, 12.0)},
        {"initialisation": Initialisation.RANDOM},
        {"initialisation": Initialisation.SPECTRAL},
        {"supervision": Supervision(1.0, LABELS)},
    ],
    ids=str,
)
def test_every_parameter_changes_the_layout(parameters: dict[str, object]) -> None:
    usual, changed = last(clusters()), last(clusters(), **parameters)
    assert np.isfinite(changed.layout).all()
    assert np.abs(changed.layout - usual.layout).max() > 1e-3 * float(np.ptp(usual.layout))


@pytest.mark.parametrize("initialisation", [each for each in Initialisation if each is not Initialisation.GIVEN])
def test_a_start_is_small_and_the_seeds(initialisation: Initialisation) -> None:
    first = finished(clusters(), initialisation=initialisation, seed=3).frames[0]
    again = finished(clusters(), initialisation=initialisation, seed=3).frames[0]
    assert first.step == 0
    assert first.layout[:, 0].std() == pytest.approx(INITIAL_STD, rel=0.3)
    np.testing.assert_array_equal(first.layout, again.layout)


def test_given_coordinates_are_the_first_frame() -> None:
    given = np.random.default_rng(0).normal(loc=7.0, size=(40, 2)).astype(np.float32)
    frame = finished(clusters(), initialisation=Initialisation.GIVEN, initial_layout=given).frames[0]
    np.testing.assert_allclose(frame.layout, given - given.mean(axis=0, dtype=np.float64), atol=1e-5)


def test_a_graph_too_small_to_start_from_is_noted() -> None:
    workshop = finished(clusters(10), perplexity=2.0, initialisation=Initialisation.SPECTRAL)
    (notice,) = workshop.job.state.notices
    assert (notice.subject, "10 points are too few" in notice.message) == ("initialisation", True)


def test_each_perplexity_too_high_is_noted() -> None:
    workshop = finished(clusters(31), perplexity=(5.0, 20.0, 30.0))
    assert [notice.message.split(" was")[0] for notice in workshop.job.state.notices] == [
        "Perplexity 20",
        "Perplexity 30",
    ]


def unit(points: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


def test_the_dot_product_of_unit_rows_is_their_cosine() -> None:
    points = unit(clusters())
    np.testing.assert_array_equal(
        last(points, metric=Metric.DOT_PRODUCT).layout, last(points, metric=Metric.COSINE).layout
    )


def test_the_dot_product_of_other_rows_is_refused_with_what_to_do() -> None:
    workshop = Workshop()
    points = unit(clusters())
    points[3] *= 2
    workshop.create(tsne_spec(workshop.embeddings.add("words", points), metric=Metric.DOT_PRODUCT))
    workshop.work()
    failure = workshop.job.state.failure
    assert failure is not None
    assert (workshop.job.state.phase, failure.code) == (Phase.FAILED, "invalid_argument")
    assert "1 to 2 long" in failure.message
    assert "'spherize'" in failure.message


def test_labels_draw_their_points_together() -> None:
    """Of points without any structure, those of one label end up nearer to each other than to the rest."""
    points = np.random.default_rng(0).normal(size=(120, 20)).astype(np.float32)
    labels = (np.arange(120) % 2).astype(np.int32)

    def mixing(**parameters: object) -> float:
        layout = last(points, n_steps=400, perplexity=10.0, **parameters).layout.astype(np.float64)
        distances = np.linalg.norm(layout[:, np.newaxis] - layout, axis=2)
        nearest = np.argsort(distances, axis=1)[:, 1:6]
        return float((labels[nearest] != labels[:, np.newaxis]).mean())

    assert mixing() > 0.35
    assert mixing(supervision=Supervision(0.5, labels)) < 0.15
    assert mixing(supervision=Supervision(0.0, labels)) == mixing()


def test_a_job_ends_when_its_loss_has_not_fallen_for_long_enough() -> None:
    workshop = finished(clusters(), n_steps=5_000, patience_steps=20)
    state = workshop.job.state
    assert (state.phase, state.progress) == (Phase.FINISHED, 1.0)
    assert 30 <= state.step < 5_000
    losses = {frame.step: frame.loss for frame in workshop.frames}
    assert state.step in losses
    (notice,) = state.notices
    assert notice.subject == "patience_steps"
    assert f"Ended at step {state.step}: the loss has hardly fallen since step {state.step - 20}." == notice.message


def test_patience_is_the_same_however_the_job_is_sliced() -> None:
    whole = finished(clusters(), n_steps=5_000, patience_steps=20)
    sliced = finished(clusters(), slice_seconds=0.5, n_steps=5_000, patience_steps=20)
    assert sliced.job.state.step == whole.job.state.step
    np.testing.assert_array_equal(sliced.frames[-1].layout, whole.frames[-1].layout)
