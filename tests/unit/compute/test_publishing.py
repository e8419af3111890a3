from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.clock import FakeClock
from fakes.jobs import InMemoryJobs
from projector_compute.core.quantisation import quantise
from projector_compute.model import Frame
from projector_compute.publishing import FLOAT32_POINTS, FramePublisher
from projector_compute.session import Session
from projector_compute.specs import EmbeddingRef, JobSpec, PcaParameters
from projector_contracts.names import JobId

JOB = JobId("job-1")
FEW, MANY = 4, FLOAT32_POINTS + 1


@pytest.fixture
def jobs() -> InMemoryJobs:
    jobs = InMemoryJobs()
    jobs.create(JOB, JobSpec(EmbeddingRef("words", "d", FEW, 3), None, 0, PcaParameters(2)))
    return jobs


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def session(jobs: InMemoryJobs, clock: FakeClock) -> Iterator[Session]:
    held = jobs.take()
    assert held is not None
    with held:
        yield Session(held, clock.as_clock(), n_threads=1)


def layout_of(step: int, n_points: int = FEW) -> NDArray[np.float32]:
    return np.random.default_rng(step).normal(size=(n_points, 2)).astype(np.float32)


def kept(jobs: InMemoryJobs) -> list[Frame]:
    return [frame for _, frame in sorted(jobs[JOB].frames.items())]


def publish(publisher: FramePublisher, clock: FakeClock, steps: range, n_points: int = FEW) -> None:
    for step in steps:
        clock.seconds += 1
        publisher.offer(step, 0.5, layout_of(step, n_points))


def test_few_points_are_sent_as_they_are(jobs: InMemoryJobs, session: Session) -> None:
    FramePublisher(session, n_steps=10).offer(0, 0.5, layout_of(0))
    (frame,) = kept(jobs)
    np.testing.assert_array_equal(frame.layout, layout_of(0))
    assert frame.layout.dtype == np.float32
    assert frame.scale == frame.offset == ()


def test_many_points_are_sent_in_16_bits_and_the_last_layout_in_full(
    jobs: InMemoryJobs, session: Session, clock: FakeClock
) -> None:
    publisher = FramePublisher(session, n_steps=1)
    publish(publisher, clock, range(2), MANY)
    publisher.publish_last(1, 0.5, layout_of(1, MANY))
    publisher.publish_last(1, 0.5, layout_of(1, MANY))
    first, second, last = kept(jobs)
    quantised = quantise(layout_of(1, MANY))
    np.testing.assert_array_equal(second.layout, quantised.codes)
    assert (second.scale, second.offset) == (quantised.scale, quantised.offset)
    np.testing.assert_array_equal(last.layout, layout_of(1, MANY))
    assert (first.step, second.step, last.step) == (0, 1, 1)


def test_state_and_frame_go_together(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    publisher = FramePublisher(session, n_steps=10)
    publish(publisher, clock, range(4))
    state = jobs[JOB].state
    assert (state.step, state.sequence, state.progress) == (3, 4, 0.3)
    assert [(frame.sequence, frame.step) for frame in kept(jobs)] == [(1, 0), (2, 1), (3, 2), (4, 3)]


def test_a_frame_too_soon_after_the_last_is_passed_over(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    publisher = FramePublisher(session, n_steps=10)
    publisher.offer(0, 0.5, layout_of(0))
    publisher.offer(1, 0.5, layout_of(1))
    publisher.publish_last(2, 0.5, layout_of(2))
    assert [frame.step for frame in kept(jobs)] == [0, 2]


def test_the_last_layout_is_published_once(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    publisher = FramePublisher(session, n_steps=2)
    publish(publisher, clock, range(3))
    publisher.publish_last(2, 0.5, layout_of(2))
    assert [frame.step for frame in kept(jobs)] == [0, 1, 2]


def test_steps_that_were_published_before_are_passed_over(
    jobs: InMemoryJobs, session: Session, clock: FakeClock
) -> None:
    publish(FramePublisher(session, n_steps=9), clock, range(6))
    again = FramePublisher(session, n_steps=9)
    publish(again, clock, range(3, 9))
    assert [(frame.sequence, frame.step) for frame in kept(jobs)] == [(k + 1, k) for k in range(9)]
    FramePublisher(session, n_steps=9).publish_last(4, 0.5, layout_of(4))
    assert jobs[JOB].state.step == 8


def test_the_initial_layout_is_step_0(jobs: InMemoryJobs, session: Session) -> None:
    FramePublisher(session, n_steps=9).offer(0, 0.5, layout_of(0))
    FramePublisher(session, n_steps=9).offer(0, 0.5, layout_of(0))
    assert [frame.step for frame in kept(jobs)] == [0]


def test_frames_beyond_the_bound_are_thinned(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    entry_bytes = FEW * 2 * 4 + 256
    jobs.max_bytes = 10 * entry_bytes
    publish(FramePublisher(session, n_steps=99), clock, range(100))
    sequences = [frame.sequence for frame in kept(jobs)]
    assert len(sequences) == 10
    assert {1, 100} <= set(sequences)


def test_a_pause_drops_no_more_frames_than_a_step(jobs: InMemoryJobs, session: Session, clock: FakeClock) -> None:
    jobs.max_bytes = 8 * (MANY * 2 * 2 + 256)
    publish(FramePublisher(session, n_steps=99), clock, range(20), MANY)
    assert len(kept(jobs)) == 8
    resting = FramePublisher(session, n_steps=99)
    resting.publish_last(19, 0.5, layout_of(19, MANY))  # in full precision: twice the bytes
    assert len(kept(jobs)) == 8
