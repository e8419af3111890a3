"""The ports ``Jobs`` and ``HeldSlice``: who may write, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from contract.compute.job_books import JOB, JobBook

from projector_compute.controls import Action, AppliedControl, ControlEntry
from projector_compute.core.tsne.repulsion.plan import Plan
from projector_compute.model import (
    AxisResult,
    CustomResult,
    Dropped,
    Failure,
    Frame,
    JobState,
    Notice,
    PcaResult,
    Phase,
)
from projector_compute.ports import HeldSlice, SliceLost
from projector_compute.saved import OptimizerState, SavedJob
from projector_compute.specs import EmbeddingRef, PcaParameters
from projector_contracts import names
from projector_contracts.compute.v1 import job_pb2

SPEC = job_pb2.JobSpec(
    embedding=job_pb2.EmbeddingRef(embedding_id="words", digest="d", n_points=5, n_dims=3),
    seed=7,
    pca=job_pb2.PcaParameters(n_components=2),
)


@pytest.fixture
def created(book: JobBook) -> JobBook:
    book.create(SPEC)
    return book


PLAN = Plan(cutoff=4.0, spacing=2.3, exponent=2, padded=(1, 144, 150))


def take(book: JobBook) -> HeldSlice:
    held = book.jobs.take()
    assert held is not None
    return held


def frame_of(sequence: int) -> Frame:
    return Frame(sequence, 10 * sequence, 1.5, np.full((5, 2), sequence, np.float32))


def saved_of(step: int, cursor: str = "0-0") -> SavedJob:
    layout, velocity, gains = (np.full((5, 2), value, np.float32) for value in (1.0, 2.0, 3.0))
    return SavedJob(cursor, 3, 2, OptimizerState(step, layout, velocity, gains, 0.25, PLAN))


def running(held: HeldSlice, step: int, sequence: int) -> JobState:
    return replace(held.read_state(), phase=Phase.RUNNING, step=step, sequence=sequence)


def finish(held: HeldSlice, phase: Phase = Phase.FINISHED) -> None:
    held.finish(replace(held.read_state(), phase=phase))


def test_a_new_job_is_read_as_it_was_made(created: JobBook) -> None:
    with take(created) as held:
        assert (held.job_id, held.number) == (JOB, 1)
        spec, state = held.read_spec(), held.read_state()
        assert spec.embedding == EmbeddingRef("words", "d", 5, 3)
        assert (spec.rows, spec.seed, spec.projection) == (None, 7, PcaParameters(2))
        assert (state.phase, state.step, state.sequence, state.n_points) == (Phase.QUEUED, 0, 0, 5)
        assert held.read_saved() == SavedJob()
        assert (held.attempt, list(held.read_history().frames)) == (0, [])
        assert held.controls_after("0-0") == []


def test_one_takes_a_slice_and_nobody_else_until_it_is_left(created: JobBook) -> None:
    with take(created):
        assert created.jobs.take() is None
    with take(created) as again:
        assert (again.number, again.attempt) == (1, 0)


def test_a_job_that_does_not_exist_has_no_slice(created: JobBook) -> None:
    created.delete()
    assert created.jobs.take() is None


def test_a_slice_whose_worker_is_lost_is_another_attempt(created: JobBook) -> None:
    with take(created):
        created.lose()
        with take(created) as again:
            assert (again.number, again.attempt) == (1, 1)


def test_a_frame_is_kept_and_announced_together_with_its_state(created: JobBook) -> None:
    with take(created) as held:
        layout = np.arange(10, dtype=np.float32).reshape(5, 2)
        held.store_frame(Frame(1, 0, float("nan"), layout), running(held, 0, 1), Dropped())
        layout += 1  # the optimiser goes on in the same memory
        codes = np.arange(10, dtype=np.uint16).reshape(5, 2)
        held.store_frame(Frame(2, 5, 0.5, codes, (0.1, 0.2), (-1.0, 1.0)), running(held, 5, 2), Dropped())
    first, second = created.frames()
    np.testing.assert_array_equal(first.layout, np.arange(10, dtype=np.float32).reshape(5, 2))
    assert first.layout.dtype == np.float32
    assert (first.sequence, first.step, first.scale) == (1, 0, ())
    assert np.isnan(first.loss)
    np.testing.assert_array_equal(second.layout, codes)
    assert second.layout.dtype == np.uint16
    assert (second.loss, second.scale, second.offset) == (0.5, (0.1, 0.2), (-1.0, 1.0))
    assert (created.state().step, created.state().sequence) == (5, 2)
    assert created.announcements() == [names.ANNOUNCE_FRAME, names.ANNOUNCE_FRAME]


def test_dropped_frames_are_gone(created: JobBook) -> None:
    with take(created) as held:
        for sequence in range(1, 11):
            held.store_frame(frame_of(sequence), running(held, 10 * sequence, sequence), Dropped())
        held.store_frame(frame_of(11), running(held, 110, 11), Dropped(frames=(2, 9), losses=(3,)))
        assert held.read_history().frames == [1, 3, 4, 5, 6, 7, 8, 10, 11]
        assert held.read_history().losses == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert [frame.sequence for frame in created.frames()] == [1, 3, 4, 5, 6, 7, 8, 10, 11]


def test_a_state_is_kept_whole_and_announced(created: JobBook) -> None:
    with take(created) as held:
        state = replace(
            running(held, 3, 0),
            progress=0.5,
            notices=(Notice("perplexity", "It was lowered."),),
            controls=(
                AppliedControl(1, ControlEntry("1-0", Action.PAUSE)),
                AppliedControl(1, ControlEntry("2-0", Action.RESUME)),
            ),
            failure=Failure("not_found", "There is no embedding."),
            result=PcaResult((0.75, 0.25), is_approximate=True),
        )
        axes = CustomResult((AxisResult(3, 0, 1.5), AxisResult(1, 2, 0.5)))
        held.store_state(replace(state, result=axes))
        assert held.read_state().result == axes
        held.store_state(state)
        assert held.read_state() == state
    assert created.state() == state
    assert created.announcements() == [names.ANNOUNCE_STATE, names.ANNOUNCE_STATE]


def test_controls_are_read_once_and_in_order(created: JobBook) -> None:
    with take(created) as held:
        created.control(Action.PAUSE)
        created.control(Action.RESUME)
        first = held.controls_after("0-0")
        assert [entry.action for entry in first] == [Action.PAUSE, Action.RESUME]
        created.control(Action.STOP)
        assert [entry.action for entry in held.controls_after(first[0].cursor)] == [Action.RESUME, Action.STOP]
        (last,) = held.controls_after(first[1].cursor)
        assert held.controls_after(last.cursor) == []


def test_a_slice_handed_over_leaves_the_next_one_all_it_saved(created: JobBook) -> None:
    with take(created) as held:
        saved = saved_of(40, "12-3")
        held.hand_over(saved, here=True)
        assert saved.optimizer is not None
        saved.optimizer.layout[:] = 9  # the arrays stay the caller's
        with pytest.raises(SliceLost):
            held.store_state(running(held, 50, 0))
    assert created.due() == (2, 0)
    with take(created) as following:
        assert following.number == 2
        saved, expected = following.read_saved(), saved_of(40, "12-3")
    assert (saved.cursor, saved.sequence, saved.n_threads) == ("12-3", 3, 2)
    assert saved.optimizer is not None
    assert expected.optimizer is not None
    assert (saved.optimizer.step, saved.optimizer.loss) == (40, 0.25)
    for name in ("layout", "velocity", "gains"):
        array = getattr(saved.optimizer, name)
        np.testing.assert_array_equal(array, getattr(expected.optimizer, name))
        assert array.dtype == np.float32
        assert array.flags.writeable


def test_what_is_saved_amid_a_slice_is_there_for_whoever_takes_over_and_counts_as_getting_on(created: JobBook) -> None:
    with take(created):
        created.lose()
        with take(created) as second:
            assert second.attempt == 1
            second.save(saved_of(40, "12-3"))
            assert created.due() == (1, 0)
            created.lose()
            with take(created) as third:
                saved = third.read_saved()
    assert (third.number, third.attempt) == (1, 1)
    assert saved.optimizer is not None
    assert (saved.optimizer.step, saved.cursor) == (40, "12-3")


def test_before_the_optimisation_the_cursor_alone_is_saved(created: JobBook) -> None:
    with take(created) as held:
        held.hand_over(SavedJob("4-0", 0, 2, None), here=False)
    with take(created) as following:
        assert following.read_saved() == SavedJob("4-0", 0, 2, None)


def test_a_paused_job_has_a_slice_that_is_not_due(created: JobBook) -> None:
    with take(created) as held:
        held.store_state(running(held, 40, 0))
        assert held.pause(saved_of(40), replace(held.read_state(), phase=Phase.PAUSED))
        with pytest.raises(SliceLost):
            finish(held)
    assert created.state().phase is Phase.PAUSED
    assert created.due() == (2, 0)
    assert created.announcements() == [names.ANNOUNCE_STATE, names.ANNOUNCE_STATE]
    assert created.jobs.take() is None
    created.control(Action.RESUME)
    with take(created) as following:
        saved = following.read_saved()
    assert saved.optimizer is not None
    assert saved.optimizer.step == 40


def test_a_pause_is_refused_while_a_control_waits(created: JobBook) -> None:
    created.control(Action.PAUSE)
    with take(created) as held:
        (pause,) = held.controls_after("0-0")
        created.control(Action.RESUME)
        paused = replace(held.read_state(), phase=Phase.PAUSED)
        assert not held.pause(saved_of(40, pause.cursor), paused)
        assert created.state().phase is Phase.QUEUED
        assert created.announcements() == []
        held.store_state(running(held, 41, 0))  # the slice is still held
        (resume,) = held.controls_after(pause.cursor)
        assert held.pause(saved_of(41, resume.cursor), paused)


@pytest.mark.parametrize("phase", [Phase.FINISHED, Phase.STOPPED, Phase.FAILED])
def test_a_job_that_has_ended_has_no_slice(created: JobBook, phase: Phase) -> None:
    with take(created) as held:
        held.store_frame(frame_of(1), running(held, 10, 1), Dropped())
        finish(held, phase)
        with pytest.raises(SliceLost):
            held.store_state(held.read_state())
    assert created.state().phase is phase
    assert created.due() is None
    assert created.jobs.take() is None
    assert len(created.frames()) == 1
    assert created.has_fingerprint() == (phase is Phase.FINISHED)
    assert created.announcements() == [names.ANNOUNCE_FRAME, names.ANNOUNCE_STATE]


WRITES: dict[str, Callable[[HeldSlice, JobState], object]] = {
    "store_frame": lambda held, state: held.store_frame(frame_of(2), replace(state, sequence=2), Dropped((1,))),
    "store_state": lambda held, state: held.store_state(state),
    "save": lambda held, state: held.save(saved_of(1)),
    "pause": lambda held, state: held.pause(saved_of(1), state),
    "hand_over": lambda held, state: held.hand_over(saved_of(1), here=True),
    "finish": lambda held, state: held.finish(state),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_who_lost_the_lease_changes_nothing(created: JobBook, write: Callable[[HeldSlice, JobState], object]) -> None:
    with take(created) as held:
        held.store_frame(frame_of(1), running(held, 10, 1), Dropped())
        before = created.state()
        created.lose()
        with pytest.raises(SliceLost):
            write(held, replace(before, phase=Phase.FAILED))
    assert created.state() == before
    assert [frame.sequence for frame in created.frames()] == [1]
    assert created.due() == (1, 1)
    assert created.has_fingerprint()
    assert names.ANNOUNCE_FRAME not in created.announcements()[1:]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_who_was_taken_over_changes_nothing_and_gives_nothing_up(
    created: JobBook, write: Callable[[HeldSlice, JobState], object]
) -> None:
    with take(created) as late:
        created.lose()
        with take(created) as held:
            before = created.state()
            with pytest.raises(SliceLost):
                write(late, replace(before, phase=Phase.FAILED))
            late.__exit__(None, None, None)
            held.store_state(running(held, 1, 0))
            held.hand_over(saved_of(1), here=True)
        with pytest.raises(SliceLost):
            write(late, replace(before, phase=Phase.FAILED))
    assert created.due() == (2, 0)
    assert created.state().phase is Phase.RUNNING


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_deleted_job_is_not_written_again(created: JobBook, write: Callable[[HeldSlice, JobState], object]) -> None:
    with take(created) as held:
        state = held.read_state()
        created.delete()
        with pytest.raises(SliceLost):
            write(held, state)
        assert held.controls_after("0-0") == []
    assert created.jobs.take() is None
