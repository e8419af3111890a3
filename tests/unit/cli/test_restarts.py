from __future__ import annotations

from projector_cli.restarts import RestartHistory, RestartPolicy

POLICY = RestartPolicy(first_delay_seconds=0.5, longest_delay_seconds=1.5, limit=5, window_seconds=60)


def test_delay_doubles_up_to_the_longest() -> None:
    history = RestartHistory(POLICY)

    delays = [history.delay_after_death(now) for now in (0.0, 1.0, 2.0, 3.0)]

    assert delays == [0.5, 1.0, 1.5, 1.5]


def test_no_restart_once_the_limit_is_reached_within_the_window() -> None:
    history = RestartHistory(POLICY)
    for now in range(4):
        history.delay_after_death(float(now))

    assert history.delay_after_death(59.0) is None


def test_deaths_before_the_window_are_forgotten() -> None:
    history = RestartHistory(POLICY)
    for now in range(4):
        history.delay_after_death(float(now))

    assert history.delay_after_death(100.0) == 0.5
