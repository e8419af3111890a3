from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from fakes.clock import FakeClock
from fakes.jobs import InMemoryJobs, InMemorySlice
from projector_compute.controls import Action
from projector_compute.model import Notice, Phase
from projector_compute.session import Interrupted, Request, Session
from projector_compute.specs import EmbeddingRef, JobSpec, PcaParameters
from projector_contracts import names
from projector_contracts.names import JobId

JOB = JobId("job-1")


@pytest.fixture
def jobs() -> InMemoryJobs:
    jobs = InMemoryJobs()
    jobs.create(JOB, JobSpec(EmbeddingRef("words", "d", 5, 3), None, 0, PcaParameters(2)))
    return jobs


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def session(jobs: InMemoryJobs, clock: FakeClock) -> Iterator[Session]:
    with take(jobs) as held:
        yield Session(held, clock.as_clock(), n_threads=2)


def take(jobs: InMemoryJobs) -> InMemorySlice:
    held = jobs.take()
    assert held is not None
    return held


def test_a_new_phase_is_told_at_once_and_the_same_one_is_not(jobs: InMemoryJobs, session: Session) -> None:
    for phase in (Phase.LOADING, Phase.LOADING, Phase.NEIGHBORS):
        session.enter(phase)
    assert jobs[JOB].announcements == [names.ANNOUNCE_STATE] * 2
    assert (jobs[JOB].state.phase, jobs[JOB].state.progress) == (Phase.NEIGHBORS, 0.0)


def test_progress_is_told_a_few_times_a_second(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    session.enter(Phase.NEIGHBORS)
    jobs[JOB].announcements.clear()
    for done in np.linspace(0, 1, 1001):
        clock.seconds += 0.002
        session.progress(done)
    assert 8 <= len(jobs[JOB].announcements) <= 11
    assert jobs[JOB].state.progress > 0.8


def test_controls_are_looked_for_often_enough_for_a_click(
    jobs: InMemoryJobs, session: Session, clock: FakeClock
) -> None:
    assert session.poll() is None
    jobs.control(JOB, Action.STOP)
    assert session.poll() is None
    clock.seconds += 0.06
    assert session.poll() is Request.STOP
    assert session.poll() is Request.STOP


def test_who_cannot_wait_looks_at_once(jobs: InMemoryJobs, session: Session) -> None:
    assert session.poll() is None
    jobs.control(JOB, Action.STOP)
    assert session.poll(at_once=True) is Request.STOP


def test_the_last_of_pause_and_resume_counts(jobs: InMemoryJobs, session: Session) -> None:
    session.step = 7
    for action in (Action.PAUSE, Action.RESUME, Action.PAUSE):
        jobs.control(JOB, action)
    assert session.poll(at_once=True) is Request.PAUSE
    jobs.control(JOB, Action.RESUME)
    assert session.poll(at_once=True) is None
    assert [applied.entry.action for applied in session.state.controls] == [
        Action.PAUSE,
        Action.RESUME,
        Action.PAUSE,
        Action.RESUME,
    ]
    assert {entry.step for entry in session.state.controls} == {7}


def test_a_stop_counts_whatever_else_is_asked_for(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    clock.is_draining = True
    for action in (Action.PAUSE, Action.STOP, Action.RESUME):
        jobs.control(JOB, action)
    assert session.poll(at_once=True) is Request.STOP


def test_a_pause_comes_before_handing_over(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    clock.is_draining = True
    assert session.poll(at_once=True) is Request.HAND_OVER
    jobs.control(JOB, Action.PAUSE)
    assert session.poll(at_once=True) is Request.PAUSE


def test_progress_ends_the_work_that_must_end(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    session.progress(0.1)
    jobs.control(JOB, Action.STOP)
    clock.seconds += 1
    with pytest.raises(Interrupted) as interruption:
        session.progress(0.2)
    assert interruption.value.request is Request.STOP


def test_a_paused_job_stays_paused_for_the_next_slice(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    jobs.control(JOB, Action.PAUSE)
    session.poll(at_once=True)
    assert session.try_pause()
    jobs[JOB].due = "here"  # woken without a word
    with take(jobs) as held:
        following = Session(held, clock.as_clock(), n_threads=2)
        assert following.poll(at_once=True) is Request.PAUSE
        jobs.control(JOB, Action.RESUME)
        assert following.poll(at_once=True) is None
    assert [applied.entry.action for applied in following.state.controls] == [Action.PAUSE, Action.RESUME]


def test_a_refused_pause_is_not_told(jobs: InMemoryJobs, session: Session) -> None:
    jobs.control(JOB, Action.PAUSE)
    session.poll(at_once=True)
    jobs.control(JOB, Action.RESUME)
    assert not session.try_pause()
    assert session.state.phase is jobs[JOB].state.phase is Phase.QUEUED


def test_a_notice_is_kept_once(session: Session) -> None:
    for message in ("It was lowered.", "It was lowered.", "Rows were left out."):
        session.note(Notice("perplexity", message))
    assert len(session.state.notices) == 2


@pytest.mark.parametrize(("phase", "progress"), [(Phase.FINISHED, 1.0), (Phase.STOPPED, 0.25)])
def test_only_a_finished_job_is_done(jobs: InMemoryJobs, session: Session, phase: Phase, progress: float) -> None:
    session.enter(Phase.RUNNING, 0.25)
    session.finish(phase)
    assert (jobs[JOB].state.phase, jobs[JOB].state.progress) == (phase, progress)
