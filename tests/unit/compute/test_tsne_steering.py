"""What people ask of a running t-SNE job."""

from __future__ import annotations

import numpy as np
import pytest
from unit.compute.tsne_runs import LABELS

from fakes.workshop import JOB, Workshop, clusters, tsne_spec
from projector_compute.controls import Action, Control, Perturb, SetExaggeration, SetLearningRate, Supervise
from projector_compute.model import Frame, Phase
from projector_compute.specs import Supervision

STEERING: list[Control] = [
    Perturb(),
    SetLearningRate(0.5),
    SetExaggeration(6.0),
    Supervise(Supervision(1.0, LABELS, "cloud")),
]
AT_STEP = 8


def workshop_of(slice_seconds: float = 1e6) -> Workshop:
    workshop = Workshop(slice_seconds=slice_seconds)
    workshop.create(tsne_spec(workshop.embeddings.add("words", clusters())))
    return workshop


def steered(*controls: Control, slice_seconds: float = 1e6, pauses: bool = False) -> Workshop:
    """A finished job of which all this was asked when a certain step was shown."""
    workshop = workshop_of(slice_seconds)

    def ask(frame: Frame) -> None:
        if frame.step == AT_STEP:
            for control in (*([Action.PAUSE] if pauses else []), *controls):
                workshop.jobs.control(JOB, control)

    workshop.jobs.on_frame = ask
    workshop.work()
    if pauses:
        assert workshop.job.state.phase is Phase.PAUSED
        workshop.jobs.control(JOB, Action.RESUME)
        workshop.work()
    assert workshop.job.state.phase is Phase.FINISHED
    return workshop


@pytest.mark.parametrize("control", STEERING, ids=lambda control: type(control).__name__)
def test_steering_changes_what_follows_and_nothing_before(control: Control) -> None:
    usual, changed = workshop_of(), steered(control)
    usual.work()
    by_step = {frame.step: frame for frame in changed.frames}
    applied_at = changed.job.state.controls[0].step
    assert AT_STEP <= applied_at < 30
    for frame in usual.frames:
        is_same = bool((by_step[frame.step].layout == frame.layout).all())
        assert is_same == (frame.step <= applied_at), frame.step


@pytest.mark.parametrize("control", STEERING, ids=lambda control: type(control).__name__)
def test_steering_is_told_with_the_step_at_which_it_took_effect(control: Control) -> None:
    (applied,) = steered(control).job.state.controls
    assert applied.entry.action == control
    assert applied.step >= AT_STEP


def test_steered_runs_go_on_to_the_bit_whatever_the_slices() -> None:
    whole, sliced = steered(*STEERING), steered(*STEERING, slice_seconds=0.15)
    assert len(sliced.frames) == len(whole.frames)
    for frame, other in zip(sliced.frames, whole.frames, strict=True):
        np.testing.assert_array_equal(frame.layout, other.layout)
        assert frame.loss == other.loss


def test_what_is_asked_of_a_job_at_rest_takes_effect_when_it_goes_on() -> None:
    asked_at_work, asked_at_rest = steered(*STEERING), steered(*STEERING, pauses=True)
    np.testing.assert_array_equal(asked_at_rest.frames[-1].layout, asked_at_work.frames[-1].layout)


def test_what_is_asked_before_the_first_step_takes_effect_there() -> None:
    workshop = workshop_of()
    workshop.jobs.control(JOB, SetExaggeration(6.0))
    workshop.work()
    usual = workshop_of()
    usual.work()
    assert (workshop.frames[0].layout == usual.frames[0].layout).all()
    assert (workshop.frames[1].layout != usual.frames[1].layout).any()


def test_two_perturbations_are_more_than_one() -> None:
    once, twice = steered(Perturb()), steered(Perturb(), Perturb())
    assert (once.frames[-1].layout != twice.frames[-1].layout).any()


def test_weight_0_ends_a_supervision() -> None:
    workshop = workshop_of()

    def ask(frame: Frame) -> None:
        if frame.step == 0:
            workshop.jobs.control(JOB, Supervise(Supervision(1.0, LABELS)))
            workshop.jobs.control(JOB, Supervise(Supervision(0.0, np.empty(0, np.int32))))

    workshop.jobs.on_frame = ask
    workshop.work()
    usual = workshop_of()
    usual.work()
    np.testing.assert_array_equal(workshop.frames[-1].layout, usual.frames[-1].layout)
