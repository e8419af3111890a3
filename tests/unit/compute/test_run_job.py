"""How slices begin, go on and end; the steps themselves are in ``test_tsne_job``."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.stores import InMemoryStages
from fakes.workshop import JOB, Workshop, clusters, pca_spec, tsne_spec
from projector_chassis.errors import TooLarge
from projector_compute import publishing
from projector_compute.controls import Action, Perturb, SetExaggeration
from projector_compute.model import Failure, Frame, Phase
from projector_compute.ports import JobsUnavailable, Progress, Waiting
from projector_compute.specs import EmbeddingRef

N_STEPS = 60


class WorkerKilled(BaseException):
    """Stands for a SIGKILL: nobody catches it."""


def started(points: NDArray[np.float32] | None = None, **settings: float) -> Workshop:
    """A workshop with one t-SNE job whose first slice is due."""
    workshop = Workshop(**settings)
    ref = workshop.embeddings.add("clusters", clusters() if points is None else points)
    workshop.create(tsne_spec(ref, n_steps=N_STEPS))
    return workshop


def at_step(step: int, act: Callable[[], None]) -> Callable[[Frame], None]:
    """Act once, after the frame of a step or the first one beyond."""
    pending = [act]

    def on_frame(frame: Frame) -> None:
        if frame.step >= step and pending:
            pending.pop()()

    return on_frame


@pytest.fixture(scope="module")
def whole_run() -> list[Frame]:
    """All frames of the job done in one slice."""
    workshop = started()
    assert workshop.work() == 1
    return workshop.frames


def assert_is_whole(workshop: Workshop, whole_run: list[Frame]) -> None:
    """Each step once, in order, with just the coordinates of the run in one slice."""
    assert workshop.job.state.phase is Phase.FINISHED
    assert [(frame.sequence, frame.step) for frame in workshop.frames] == [(k + 1, k) for k in range(N_STEPS + 1)]
    for frame, expected in zip(workshop.frames, whole_run, strict=True):
        np.testing.assert_array_equal(frame.layout, expected.layout)
        assert frame.loss == expected.loss


def test_slices_follow_one_another_and_change_no_step(whole_run: list[Frame]) -> None:
    workshop = started(slice_seconds=0.5)
    workshop.run()
    assert (workshop.job.number, workshop.job.due) == (2, "here")
    assert 0 < workshop.job.state.step < 20
    assert workshop.work() >= 4
    assert_is_whole(workshop, whole_run)
    state = workshop.job.state
    assert (state.step, state.sequence, state.progress) == (N_STEPS, N_STEPS + 1, 1.0)


def test_a_slice_takes_a_step_however_long_it_takes(whole_run: list[Frame]) -> None:
    workshop = started(step_seconds=20.0, slice_seconds=0.5)
    workshop.work()
    assert_is_whole(workshop, whole_run)


def test_a_pause_leaves_no_slice_and_resuming_goes_on(whole_run: list[Frame]) -> None:
    workshop = started()
    workshop.jobs.on_frame = at_step(10, lambda: workshop.jobs.control(JOB, Action.PAUSE))
    workshop.work()
    paused = workshop.job.state
    assert paused.phase is Phase.PAUSED
    assert 10 <= paused.step < N_STEPS
    assert workshop.job.token is None

    workshop.run()  # woken for nothing
    workshop.jobs.control(JOB, Action.PAUSE)
    workshop.work()
    assert (workshop.job.state.phase, workshop.job.state.step) == (Phase.PAUSED, paused.step)

    workshop.jobs.control(JOB, Action.RESUME)
    assert workshop.work() == 1
    assert_is_whole(workshop, whole_run)
    applied = [(applied.entry.action, applied.step) for applied in workshop.job.state.controls]
    assert applied == [
        (Action.PAUSE, paused.step),
        (Action.PAUSE, paused.step),
        (Action.RESUME, paused.step),
    ]


def test_a_resume_that_comes_while_the_job_pauses_is_not_lost(whole_run: list[Frame]) -> None:
    workshop = started()
    workshop.jobs.on_frame = at_step(10, lambda: workshop.jobs.control(JOB, Action.PAUSE))
    late = [Action.RESUME]

    def resume() -> None:
        if late:
            workshop.jobs.control(JOB, late.pop())

    workshop.jobs.on_pause = resume
    assert workshop.work() == 1
    assert_is_whole(workshop, whole_run)
    assert [applied.entry.action for applied in workshop.job.state.controls] == [Action.PAUSE, Action.RESUME]


@pytest.mark.parametrize("step_seconds", [0.04, 0.006])
def test_a_stop_shows_the_last_layout(step_seconds: float, whole_run: list[Frame]) -> None:
    workshop = started(step_seconds=step_seconds)
    workshop.jobs.on_frame = at_step(10, lambda: workshop.jobs.control(JOB, Action.STOP))
    workshop.work()
    state = workshop.job.state
    assert state.phase is Phase.STOPPED
    assert 10 <= state.step < N_STEPS
    assert workshop.frames[-1].step == state.step == state.controls[-1].step
    np.testing.assert_array_equal(workshop.frames[-1].layout, whole_run[state.step].layout)
    assert not workshop.job.has_fingerprint
    assert workshop.stages.load_affinities(JOB) is None


def test_a_stop_between_two_slices_shows_the_last_layout_with_its_loss(whole_run: list[Frame]) -> None:
    workshop = started(step_seconds=0.006, slice_seconds=0.2)
    workshop.run()
    shown = workshop.job.state.step
    workshop.jobs.control(JOB, Action.STOP)
    workshop.work()
    last = workshop.frames[-1]
    assert last.step > shown  # pacing had passed it over
    assert last.loss == whole_run[last.step].loss


def test_a_paused_job_that_is_paused_again_or_stopped_shows_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "FLOAT32_POINTS", 20)
    workshop = started()
    workshop.jobs.on_frame = at_step(10, lambda: workshop.jobs.control(JOB, Action.PAUSE))
    workshop.work()
    sequence = workshop.job.state.sequence
    assert workshop.frames[-1].layout.dtype == np.float32
    assert workshop.frames[-2].layout.dtype == np.uint16
    workshop.jobs.control(JOB, Action.PAUSE)
    workshop.work()
    workshop.jobs.control(JOB, Action.STOP)
    workshop.work()
    assert workshop.job.state.phase is Phase.STOPPED
    assert workshop.job.state.sequence == sequence


def test_a_slice_that_lost_its_lease_ends_without_a_word() -> None:
    workshop = started()
    taken_over = object()

    def take_over() -> None:
        workshop.job.token = taken_over

    workshop.jobs.on_frame = at_step(10, take_over)
    workshop.work()
    assert (workshop.job.state.phase, workshop.job.state.step) == (Phase.RUNNING, 10)
    assert workshop.job.token is taken_over
    assert workshop.job.number == 1


def test_a_deleted_job_ends_without_a_word() -> None:
    workshop = started()
    workshop.jobs.on_frame = at_step(10, lambda: workshop.jobs.delete(JOB))
    assert workshop.work() == 1
    with pytest.raises(KeyError):
        _ = workshop.job


def test_a_job_whose_store_is_gone_is_left_as_it_is() -> None:
    workshop = started()

    def fail() -> None:
        raise JobsUnavailable

    workshop.jobs.on_frame = at_step(10, fail)
    workshop.run()
    assert (workshop.job.state.phase, workshop.job.state.step) == (Phase.RUNNING, 10)


def test_after_a_killed_worker_no_step_is_shown_twice(whole_run: list[Frame]) -> None:
    workshop = started(slice_seconds=0.5)

    def die() -> None:
        raise WorkerKilled

    workshop.jobs.on_frame = at_step(30, die)
    with pytest.raises(WorkerKilled):
        workshop.work()
    assert workshop.job.saved.optimizer is not None
    assert workshop.job.saved.optimizer.step < 30 == workshop.job.state.step
    workshop.jobs.lose(JOB)
    workshop.work()
    assert_is_whole(workshop, whole_run)


def test_a_killed_worker_costs_a_few_seconds_of_work() -> None:
    workshop = started(step_seconds=0.1)

    def die() -> None:
        raise WorkerKilled

    workshop.jobs.on_frame = at_step(50, die)
    with pytest.raises(WorkerKilled):
        workshop.work()
    assert workshop.job.saved.optimizer is not None
    assert 50 - 2.0 / 0.1 - 1 <= workshop.job.saved.optimizer.step < 50


def test_what_was_asked_for_before_a_worker_was_killed_takes_effect_at_just_that_step_again() -> None:
    def steered(*, kills: bool) -> Workshop:
        workshop = started()
        acts = [
            at_step(10, lambda: workshop.jobs.control(JOB, SetExaggeration(20.0))),
            at_step(20, lambda: workshop.jobs.control(JOB, Perturb())),
        ]

        def on_frame(frame: Frame) -> None:
            for act in acts:
                act(frame)
            if kills and frame.step == 30:
                raise WorkerKilled

        workshop.jobs.on_frame = on_frame
        if kills:
            with pytest.raises(WorkerKilled):
                workshop.work()
            assert workshop.job.saved.optimizer is None, "nothing was saved: all steps are taken again"
            workshop.jobs.lose(JOB)
        workshop.work()
        return workshop

    expected = steered(kills=False)
    again = steered(kills=True)
    assert_is_whole(again, expected.frames)
    assert [applied.step for applied in again.job.state.controls] == [
        applied.step for applied in expected.job.state.controls
    ]
    assert [applied.step for applied in again.job.state.controls] != []


def test_a_job_that_kills_its_workers_is_given_up_with_a_reason() -> None:
    workshop = started(slice_seconds=0.5)

    def die(frame: Frame) -> None:
        if frame.step >= 20:
            raise WorkerKilled

    workshop.jobs.on_frame = die
    for n_killed in range(3):
        assert workshop.job.attempt == n_killed
        with pytest.raises(WorkerKilled):
            workshop.work()
        workshop.jobs.lose(JOB)
    workshop.work()
    state = workshop.job.state
    assert state.phase is Phase.FAILED
    assert state.failure is not None
    assert "ended 3 workers at the same place" in state.failure.message


def test_a_worker_that_shuts_down_hands_over_to_all(whole_run: list[Frame]) -> None:
    workshop = started()

    def drain() -> None:
        workshop.clock.is_draining = True

    workshop.jobs.on_frame = at_step(10, drain)
    workshop.run()
    assert (workshop.job.number, workshop.job.due) == (2, "anywhere")
    assert workshop.job.token is None

    workshop.clock.is_draining = False
    workshop.stages = InMemoryStages()  # another machine
    workshop.work()
    assert_is_whole(workshop, whole_run)


def test_a_worker_that_shuts_down_does_not_wait_for_neighbors(whole_run: list[Frame]) -> None:
    workshop = started()
    workshop.clock.is_draining = True
    workshop.run()
    assert (workshop.job.number, workshop.job.due) == (2, "anywhere")
    assert workshop.job.state.sequence == 0
    workshop.clock.is_draining = False
    workshop.work()
    assert_is_whole(workshop, whole_run)


def test_a_public_error_is_the_jobs_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = started()

    def refuse(ref: EmbeddingRef, progress: Progress, waiting: Waiting) -> None:
        raise TooLarge("The embedding takes 9 bytes; 8 are allowed.")

    monkeypatch.setattr(workshop.embeddings, "open", refuse)
    workshop.work()
    state = workshop.job.state
    assert state.phase is Phase.FAILED
    assert state.failure == Failure("too_large", "The embedding takes 9 bytes; 8 are allowed.")
    assert not workshop.job.has_fingerprint
    assert workshop.job.number is None


def test_what_broke_inside_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = started()

    def break_down(ref: EmbeddingRef, progress: Progress, waiting: Waiting) -> None:
        raise RuntimeError("/secret/place")

    monkeypatch.setattr(workshop.embeddings, "open", break_down)
    workshop.work()
    state = workshop.job.state
    assert (state.phase, state.failure.code if state.failure else None) == (Phase.FAILED, "internal")
    assert state.failure is not None
    assert "secret" not in state.failure.message


def test_at_most_sixty_frames_a_second_and_the_newest_is_kept(whole_run: list[Frame]) -> None:
    workshop = started(step_seconds=0.004)
    shown_at: list[float] = []
    workshop.jobs.on_frame = lambda frame: shown_at.append(workshop.clock.seconds)
    workshop.work()
    steps = [frame.step for frame in workshop.frames]
    assert 5 < len(steps) < N_STEPS / 2
    assert all(before < after for before, after in pairwise(steps))
    assert (len(shown_at) - 2) / (shown_at[-2] - shown_at[0]) <= 60.0  # the last frame waits for nothing
    assert steps[-1] == N_STEPS
    np.testing.assert_array_equal(workshop.frames[-1].layout, whole_run[-1].layout)


def test_a_pca_is_one_slice_and_one_frame() -> None:
    workshop = Workshop()
    workshop.create(pca_spec(workshop.embeddings.add("clusters", clusters())))
    assert workshop.work() == 1
    assert workshop.job.state.phase is Phase.FINISHED
    assert [(frame.sequence, frame.step) for frame in workshop.frames] == [(1, 0)]
    assert workshop.job.has_fingerprint


def test_a_stop_before_the_first_slice_computes_nothing() -> None:
    workshop = started()
    workshop.jobs.control(JOB, Action.STOP)
    workshop.work()
    assert workshop.job.state.phase is Phase.STOPPED
    assert workshop.embeddings.n_opened == 0
    assert not workshop.frames
