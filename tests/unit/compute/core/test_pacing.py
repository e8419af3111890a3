from __future__ import annotations

from projector_compute.core.pacing import FramePacer


def published(pacer: FramePacer, *, step_seconds: float, n_bytes: int, seconds: float) -> list[float]:
    """When frames went out if a step ends every so often."""
    times = []
    for step in range(round(seconds / step_seconds)):
        now = 100.0 + step * step_seconds
        if pacer.is_due(now):
            pacer.published(now, n_bytes)
            times.append(now)
    return times


def test_the_first_frame_waits_for_nothing() -> None:
    assert FramePacer().is_due(0.0)


def test_slow_steps_are_all_published() -> None:
    assert len(published(FramePacer(60, 1e9), step_seconds=0.02, n_bytes=8, seconds=2.0)) == 100


def test_small_frames_come_at_the_highest_rate() -> None:
    times = published(FramePacer(60, 1e9), step_seconds=0.001, n_bytes=8, seconds=10.0)
    assert 590 <= len(times) <= 601


def test_steps_just_too_fast_do_not_halve_the_rate() -> None:
    times = published(FramePacer(60, 1e9), step_seconds=1 / 61, n_bytes=8, seconds=10.0)
    assert len(times) >= 590


def test_large_frames_keep_to_the_bytes_a_second() -> None:
    times = published(FramePacer(60, 1e6), step_seconds=0.01, n_bytes=100_000, seconds=10.0)
    assert 98 <= len(times) <= 101


def test_a_pause_is_not_made_up_for() -> None:
    pacer = FramePacer(10, 1e9)
    pacer.published(0.0, 8)
    times = []
    for now in (100.0, 100.01, 100.02, 100.05, 100.11):
        if pacer.is_due(now):
            pacer.published(now, 8)
            times.append(now)
    assert times == [100.0, 100.11]
