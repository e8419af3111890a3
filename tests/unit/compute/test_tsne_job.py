"""What a job computes; how its slices begin and end is in ``test_run_job``."""

from __future__ import annotations

import math
import re
from typing import NoReturn

import numpy as np
import pytest
from unit.compute.tsne_runs import finished, last

from fakes.stores import InMemoryStages
from fakes.workshop import JOB, Workshop, clusters, tsne_spec
from projector_compute import neighbor_stage, tsne_preparation
from projector_compute.controls import Action
from projector_compute.core import neighbor_graph
from projector_compute.core.neighbors import NeighborTable
from projector_compute.model import Phase
from projector_compute.specs import Metric
from projector_contracts.names import JobId


@pytest.mark.parametrize("n_dims", [2, 3])
@pytest.mark.parametrize("n_points", [1, 2, 3, 4, 10])
def test_a_few_points_have_a_layout(n_points: int, n_dims: int) -> None:
    frame = last(clusters(n_points), n_dims=n_dims, perplexity=30.0)
    assert frame.layout.shape == (n_points, n_dims)
    assert np.isfinite(frame.layout).all()
    assert math.isnan(frame.loss) == (n_points == 1)


def test_a_perplexity_too_high_is_lowered_and_noted() -> None:
    workshop = finished(clusters(31), perplexity=30.0)
    (notice,) = workshop.job.state.notices
    assert (notice.subject, "lowered to 10," in notice.message) == ("perplexity", True)
    np.testing.assert_array_equal(workshop.frames[-1].layout, last(clusters(31), perplexity=10.0).layout)
    assert not finished(clusters(31), perplexity=10.0).job.state.notices


def test_approximate_neighbors_are_noted_with_their_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbor_graph, "EXACT_WORK", 0.0)
    workshop = finished(clusters(200), perplexity=10.0)
    (notice,) = workshop.job.state.notices
    assert notice.subject == "neighbors"
    assert re.fullmatch(r"Approximate neighbors: recall [01]\.\d\d on 200 sampled rows\.", notice.message)


@pytest.mark.parametrize("n_dims", [2, 3])
def test_equal_rows_part_without_harm(n_dims: int) -> None:
    frame = last(np.full((40, 5), 3.3), n_dims=n_dims, n_steps=100)
    assert np.isfinite(frame.layout).all()
    assert math.isfinite(frame.loss)


def test_duplicates_stay_together() -> None:
    points = np.repeat(clusters(20), 2, axis=0)
    layout = last(points, n_steps=200).layout.astype(np.float64)
    apart = np.linalg.norm(layout[::2] - layout[1::2], axis=1)
    assert apart.max() < 0.1 * np.ptp(layout)


@pytest.mark.parametrize("factor", [1e-20, 1e20])
def test_the_unit_of_the_data_does_not_matter(factor: float) -> None:
    points = clusters().astype(np.float64)
    expected = last(points, n_steps=10)
    frame = last(points * factor, n_steps=10)
    assert frame.loss == pytest.approx(expected.loss, rel=1e-4)


def test_the_seed_decides() -> None:
    np.testing.assert_array_equal(last(clusters(), seed=1).layout, last(clusters(), seed=1).layout)
    assert (last(clusters(), seed=1).layout != last(clusters(), seed=2).layout).any()


def test_the_metric_decides_who_is_near() -> None:
    angles = np.repeat([0.0, 0.7, 1.4], 12)
    lengths = np.tile(np.linspace(1, 30, 12), 3)
    points = np.stack([lengths * np.cos(angles), lengths * np.sin(angles)], axis=1)
    layout = last(points, metric=Metric.COSINE, perplexity=4.0, n_steps=300).layout
    middles = layout.reshape(3, 12, 2).mean(axis=1)
    within = np.linalg.norm(layout - middles.repeat(12, axis=0), axis=1).max()
    between = min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2)))
    assert within < between / 2


def test_the_loss_falls() -> None:
    frames = finished(clusters(), n_steps=150).frames
    assert frames[-1].loss < 0.5 * frames[0].loss
    assert all(math.isfinite(frame.loss) for frame in frames)


def test_the_embedding_is_let_go_before_the_first_step() -> None:
    workshop = Workshop()
    workshop.create(tsne_spec(workshop.embeddings.add("words", clusters())))
    open_then: list[int] = []
    workshop.jobs.on_frame = lambda frame: open_then.append(workshop.embeddings.n_open)
    workshop.work()
    assert workshop.embeddings.n_opened == 1
    assert set(open_then) == {0}


def test_later_slices_on_the_same_machine_prepare_nothing() -> None:
    workshop = Workshop(slice_seconds=0.3)
    workshop.create(tsne_spec(workshop.embeddings.add("words", clusters())))
    assert workshop.work() > 2
    assert workshop.embeddings.n_opened == 1


def test_another_machine_prepares_again_and_takes_the_same_steps() -> None:
    expected = finished(clusters()).frames
    workshop = Workshop(slice_seconds=0.3)
    workshop.create(tsne_spec(workshop.embeddings.add("words", clusters())))
    workshop.run()
    workshop.stages = InMemoryStages()
    assert workshop.work() > 1
    assert workshop.embeddings.n_opened == 2
    assert [frame.step for frame in workshop.frames] == [frame.step for frame in expected]
    for frame, other in zip(workshop.frames, expected, strict=True):
        np.testing.assert_array_equal(frame.layout, other.layout)


def test_stages_done_before_a_pause_are_not_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = finished(clusters()).frames
    workshop = Workshop(step_seconds=1.0)
    workshop.create(tsne_spec(workshop.embeddings.add("words", clusters())))
    save_neighbors = workshop.stages.save_neighbors

    def pause_then(job_id: JobId, table: NeighborTable) -> None:
        save_neighbors(job_id, table)
        workshop.jobs.control(JOB, Action.PAUSE)

    monkeypatch.setattr(workshop.stages, "save_neighbors", pause_then)
    workshop.work()
    assert (workshop.job.state.phase, workshop.job.state.sequence) == (Phase.PAUSED, 0)

    def refuse(*arguments: object, **named: object) -> NoReturn:
        raise AssertionError("done again")

    monkeypatch.setattr(neighbor_stage, "neighbor_graph", refuse)
    monkeypatch.setattr(tsne_preparation, "joint_affinities", refuse)
    workshop.jobs.control(JOB, Action.RESUME)
    workshop.work()
    assert workshop.job.state.phase is Phase.FINISHED
    np.testing.assert_array_equal(workshop.frames[-1].layout, expected[-1].layout)
