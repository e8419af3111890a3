from __future__ import annotations

from dataclasses import replace

from projector_compute.core.tsne.schedule import EARLY_MOMENTUM, LATE_MOMENTUM, Schedule

SCHEDULE = Schedule(0.0, 4.0, 10)
STEPS = (0, 9, 10)


def test_exaggeration_momentum_and_rate_change_with_the_phase() -> None:
    assert [SCHEDULE.exaggeration(step) for step in STEPS] == [4.0, 4.0, 1.0]
    assert [SCHEDULE.momentum(step) for step in STEPS] == [EARLY_MOMENTUM, EARLY_MOMENTUM, LATE_MOMENTUM]
    assert [SCHEDULE.rate(step, 200) for step in STEPS] == [50.0, 50.0, 200.0]
    assert Schedule(7.5, 4.0, 10).rate(0, 200) == 7.5


def test_each_phase_has_its_own_parameters() -> None:
    schedule = Schedule(0.0, 4.0, 10, late_exaggeration=2.0, early_momentum=0.1, late_momentum=0.9)
    assert [schedule.exaggeration(step) for step in STEPS] == [4.0, 4.0, 2.0]
    assert [schedule.momentum(step) for step in STEPS] == [0.1, 0.1, 0.9]
    assert schedule.rate(10, 200) == 100.0


def test_an_exaggeration_that_somebody_set_holds_in_both_phases() -> None:
    schedule = replace(SCHEDULE, set_exaggeration=3.0)
    assert [schedule.exaggeration(step) for step in STEPS] == [3.0, 3.0, 3.0]
    assert schedule.momentum(0) == EARLY_MOMENTUM
    assert schedule.rate(10, 300) == 100.0
