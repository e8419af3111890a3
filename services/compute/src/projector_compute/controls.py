"""What people ask of a running job, and what is on record of it. No protobuf, no Redis."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from projector_compute.specs import Supervision


class Action(enum.Enum):
    """Controls that every job obeys."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


@dataclass(frozen=True)
class Perturb:
    """Move every point a little at random."""


@dataclass(frozen=True)
class SetLearningRate:
    """From now on; 0 means rows / exaggeration of the step."""

    learning_rate: float


@dataclass(frozen=True)
class SetExaggeration:
    """From now on."""

    exaggeration: float


@dataclass(frozen=True)
class Supervise:
    """From now on."""

    supervision: Supervision


Steering: TypeAlias = Perturb | SetLearningRate | SetExaggeration | Supervise
"""Controls that change where a t-SNE goes."""
Control: TypeAlias = Action | Steering


@dataclass(frozen=True)
class Adjustments:
    """What people have changed of a running t-SNE; None stands for what its parameters say.

    Attributes:
        supervision: with a weight of 0: none any more.
        n_perturbations: asked for and not carried out yet.
    """

    learning_rate: float | None = None
    exaggeration: float | None = None
    supervision: Supervision | None = None
    n_perturbations: int = 0

    def with_control(self, control: Steering) -> Adjustments:
        """The same after one more control."""
        match control:
            case Perturb():
                return replace(self, n_perturbations=self.n_perturbations + 1)
            case SetLearningRate(learning_rate):
                return replace(self, learning_rate=learning_rate)
            case SetExaggeration(exaggeration):
                return replace(self, exaggeration=exaggeration)
            case Supervise(supervision):
                return replace(self, supervision=supervision)


@dataclass(frozen=True)
class Person:
    """Somebody, as others see them."""

    id: str
    name: str


@dataclass(frozen=True)
class ControlEntry:
    """One entry of a job's control stream; ``cursor`` is its place there."""

    cursor: str
    action: Control
    by: Person | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class AppliedControl:
    """An entry of the control stream and the step after which it took effect."""

    step: int
    entry: ControlEntry
