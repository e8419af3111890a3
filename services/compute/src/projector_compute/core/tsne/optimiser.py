"""The descent as a whole: evaluate where the points are, then move them, step by step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.threads import threads_for
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.attraction import attraction
from projector_compute.core.tsne.repulsion.plan import Plan
from projector_compute.core.tsne.repulsion.summation import Repulsion
from projector_compute.core.tsne.schedule import Schedule
from projector_compute.core.tsne.update import update_inplace

Float32Array = NDArray[np.float32]

_STEPS_BETWEEN_PLANS = 25
"""To plan costs about a step, and layouts change slowly; a plan that no longer fits is replaced at once."""

_PERTURBATION = 0.05
_PERTURBATION_TRIES = 100
"""At a place on the rim nearly half of all shifts lead inside; who has found none by then stays where it is."""


class Optimiser:
    """t-SNE's layout on its way; ``evaluate`` and ``move`` alternate.

    The caller owns the arrays' beginning: they are copied. What ``layout``, ``velocity`` and ``gains`` show is live and
    changes with the next move. These three, ``step`` and ``plan`` are all that has to be kept to go on as if nothing
    had been between.

    Attributes:
        schedule: may be replaced between a move and the next.
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
        self.schedule = schedule
        self.step = step
        self.layout = np.array(layout, np.float32)
        self.velocity = np.zeros_like(self.layout) if velocity is None else np.array(velocity, np.float32)
        self.gains = np.ones_like(self.layout) if gains is None else np.array(gains, np.float32)
        self._pulls = np.empty_like(self.layout)
        self._pushes = np.empty_like(self.layout)
        self._repulsion = Repulsion(plan=plan)
        self._normalisation = math.nan
        self.follow(affinities)

    def follow(self, affinities: Affinities) -> None:
        """From now on, the divergence from these affinities is what goes down."""
        self._affinities = affinities
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
        pull = 4.0 * self.schedule.exaggeration(self.step)
        return np.float32(pull) * self._pulls - np.float32(push) * self._pushes

    def move(self) -> None:
        """One step along the gradient that ``evaluate`` found."""
        update_inplace(
            self.layout,
            self.velocity,
            self.gains,
            self.gradient(),
            self.schedule.rate(self.step, len(self.layout)),
            self.schedule.momentum(self.step),
        )
        self.step += 1

    def perturb(self, seed: int) -> None:
        """Move every coordinate by up to 5 % of the layout's radius, but no point beyond it. Evaluate before moving.

        Source: TensorBoard's Embedding Projector, perturbation of t-SNE.

        Args:
            seed: together with the step it decides where to.
        """
        rng = np.random.default_rng((seed, self.step))
        radius = float(np.sqrt((self.layout.astype(np.float64) ** 2).sum(axis=1).max()))
        waiting = np.arange(len(self.layout))
        for _ in range(_PERTURBATION_TRIES):
            shift = rng.uniform(-_PERTURBATION * radius, _PERTURBATION * radius, (len(waiting), self.layout.shape[1]))
            moved = self.layout[waiting] + shift
            is_inside = (moved**2).sum(axis=1) <= radius**2
            self.layout[waiting[is_inside]] = moved[is_inside]
            waiting = waiting[~is_inside]
        self.layout -= self.layout.mean(axis=0, dtype=np.float64).astype(np.float32)


def _negative_entropy(values: Float32Array) -> float:
    """``sum p log p``; P has no zeros."""
    wide = values.astype(np.float64)
    return float((wide * np.log(wide)).sum())
