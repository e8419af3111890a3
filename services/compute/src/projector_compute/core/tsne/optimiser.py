"""The descent as a whole: evaluate where the points are, then move them, step by step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.threads import threads_for
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.attraction import attraction
from projector_compute.core.tsne.repulsion.plan import Plan
from projector_compute.core.tsne.repulsion.summation import Repulsion
from projector_compute.core.tsne.update import update_inplace

Float32Array = NDArray[np.float32]

EARLY_MOMENTUM = 0.5
LATE_MOMENTUM = 0.8
"""During early exaggeration and after it (van der Maaten, Hinton 2008; van der Maaten 2014)."""
_STEPS_BETWEEN_PLANS = 25
"""To plan costs about a step, and layouts change slowly; a plan that no longer fits is replaced at once."""


@dataclass(frozen=True)
class Schedule:
    """What changes over the steps.

    Attributes:
        learning_rate: of the gradient with its factor 4; 0 stands for points / exaggeration of the step.
        early_exaggeration: factor on P during the first ``early_exaggeration_steps``.
    """

    learning_rate: float
    early_exaggeration: float
    early_exaggeration_steps: int

    def exaggeration(self, step: int) -> float:
        return self.early_exaggeration if step < self.early_exaggeration_steps else 1.0

    def momentum(self, step: int) -> float:
        return EARLY_MOMENTUM if step < self.early_exaggeration_steps else LATE_MOMENTUM

    def rate(self, step: int, n_points: int) -> float:
        return self.learning_rate or n_points / self.exaggeration(step)


class Optimiser:
    """t-SNE's layout on its way; ``evaluate`` and ``move`` alternate.

    The caller owns the arrays' beginning: they are copied. What ``layout``, ``velocity`` and ``gains`` show is live and
    changes with the next move. These three, ``step`` and ``plan`` are all that has to be kept to go on as if nothing
    had been between.
    """

    def __init__(
        self,
        affinities: Affinities,
        schedule: Schedule,
        layout: Float32Array,
        *,
        step: int = 0,
        velocity: Float32Array | None = None,
        gains: Float32Array | None = None,
        plan: Plan | None = None,
    ) -> None:
        self._affinities = affinities
        self._schedule = schedule
        self.step = step
        self.layout = np.array(layout, np.float32)
        self.velocity = np.zeros_like(self.layout) if velocity is None else np.array(velocity, np.float32)
        self.gains = np.ones_like(self.layout) if gains is None else np.array(gains, np.float32)
        self._pulls = np.empty_like(self.layout)
        self._pushes = np.empty_like(self.layout)
        self._repulsion = Repulsion(plan=plan)
        self._normalisation = math.nan
        self._negative_entropy = _negative_entropy(affinities.values)

    @property
    def plan(self) -> Plan | None:
        """By which the repulsion was summed last; None before the first evaluation."""
        return self._repulsion.plan

    def evaluate(self) -> float:
        """Forces at the layout as it is; its Kullback-Leibler divergence in nats, whatever the exaggeration.

        NaN where there is no pair of points to compare.
        """
        with threads_for(len(self.layout)):
            cross_entropy = attraction(self._affinities, self.layout, self._pulls)
            is_due = self.step % _STEPS_BETWEEN_PLANS == 0
            self._normalisation = self._repulsion(self.layout, self._pushes, replan=is_due)
        if self._normalisation <= 0:
            return math.nan
        return self._negative_entropy + cross_entropy + math.log(self._normalisation)

    def gradient(self) -> Float32Array:
        """The gradient at the evaluated layout, with P as exaggerated in this step, ``(n_points, n_dims)``."""
        push = 4.0 / self._normalisation if self._normalisation > 0 else 0.0
        pull = 4.0 * self._schedule.exaggeration(self.step)
        return np.float32(pull) * self._pulls - np.float32(push) * self._pushes

    def move(self) -> None:
        """One step along the gradient that ``evaluate`` found."""
        update_inplace(
            self.layout,
            self.velocity,
            self.gains,
            self.gradient(),
            self._schedule.rate(self.step, len(self.layout)),
            self._schedule.momentum(self.step),
        )
        self.step += 1


def _negative_entropy(values: Float32Array) -> float:
    """``sum p log p``; P has no zeros."""
    wide = values.astype(np.float64)
    return float((wide * np.log(wide)).sum())
