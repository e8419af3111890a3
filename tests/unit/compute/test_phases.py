"""Time had and time left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from projector_compute.model import JobState, Phase, PhaseTime
from projector_compute.phases import advanced, entered
from projector_contracts.names import JobId

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def queued() -> JobState:
    return JobState(JobId("j"), Phase.QUEUED, START, START, queue_place=3, remaining_seconds=9.0)


def test_each_phase_that_is_over_tells_how_long_it_lasted(queued: JobState) -> None:
    loading = entered(queued, Phase.LOADING, 0.0, after(4))
    running = entered(loading, Phase.RUNNING, 0.0, after(6.5))
    assert running.times == (PhaseTime(Phase.QUEUED, 4.0), PhaseTime(Phase.LOADING, 2.5))
    assert (loading.queue_place, loading.remaining_seconds) == (0, None)


def test_what_remains_follows_from_the_pace_so_far(queued: JobState) -> None:
    running = entered(queued, Phase.RUNNING, 0.0, after(1))
    assert advanced(running, 0.1, after(3)).remaining_seconds == pytest.approx(18.0)
    assert advanced(running, 1.0, after(21)).remaining_seconds == 0.0


def test_a_moment_or_a_hair_says_nothing_about_the_rest(queued: JobState) -> None:
    running = entered(queued, Phase.RUNNING, 0.0, after(1))
    assert advanced(running, 0.3, after(1.4)).remaining_seconds is None
    assert advanced(running, 0.004, after(60)).remaining_seconds is None


def test_a_pause_does_not_count_as_work(queued: JobState) -> None:
    running = advanced(entered(queued, Phase.RUNNING, 0.0, after(0)), 0.5, after(10))
    paused = entered(running, Phase.PAUSED, 0.5, after(10))
    resumed = entered(paused, Phase.RUNNING, 0.5, after(1000))
    assert advanced(resumed, 0.75, after(1005)).remaining_seconds == pytest.approx(5.0)
    assert resumed.times[-1] == PhaseTime(Phase.PAUSED, 990.0)


def test_a_clock_that_was_set_back_gives_no_negative_time(queued: JobState) -> None:
    assert entered(queued, Phase.LOADING, 0.0, after(-5)).times == (PhaseTime(Phase.QUEUED, 0.0),)
