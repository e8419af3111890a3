"""What a running job may be asked, and what it was asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projector_gateway.datasets.schemas import Schema
from projector_gateway.jobs.projections import Supervision
from projector_gateway.people.schemas import Person

Action = Literal["pause", "resume", "stop", "perturb", "set_learning_rate", "set_exaggeration", "supervise"]


class PlainControl(Schema):
    """An action that its name says all about; ``perturb`` moves every point of a t-SNE a little at random."""

    action: Literal["pause", "resume", "stop", "perturb"]


class SetLearningRate(Schema):
    """The learning rate of a t-SNE from now on."""

    action: Literal["set_learning_rate"] = "set_learning_rate"
    learning_rate: float = Field(ge=0, le=1e6, description="0: rows / exaggeration")


class SetExaggeration(Schema):
    """The exaggeration of a t-SNE from now on."""

    action: Literal["set_exaggeration"] = "set_exaggeration"
    exaggeration: float = Field(ge=1, le=100)


class Supervise(Schema):
    """The supervision of a t-SNE from now on."""

    action: Literal["supervise"] = "supervise"
    supervision: Supervision


Control = Annotated[PlainControl | SetLearningRate | SetExaggeration | Supervise, Field(discriminator="action")]

STEERING: frozenset[Action] = frozenset({"perturb", "set_learning_rate", "set_exaggeration", "supervise"})
"""Actions that change where a t-SNE goes, and that no other job knows."""


class AppliedControl(Schema):
    """A control and the step after which it took effect."""

    step: int
    action: Action
    learning_rate: float | None = None
    exaggeration: float | None = None
    supervision: Supervision | None = None
    by: Person | None = Field(None, description="Who asked for it; None: not known")
    at: datetime | None = Field(None, description="When it was asked for")
