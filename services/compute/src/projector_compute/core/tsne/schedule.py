"""What changes over the steps of a descent."""

from __future__ import annotations

from dataclasses import dataclass

EARLY_MOMENTUM = 0.5
LATE_MOMENTUM = 0.8
"""During early exaggeration and after it (van der Maaten, Hinton 2008; van der Maaten 2014)."""


@dataclass(frozen=True)
class Schedule:
    """Exaggeration, momentum and learning rate of every step.

    Attributes:
        learning_rate: of the gradient with its factor 4; 0 stands for points / exaggeration of the step (A. Belkina et
            al., "Automated optimized parameters for T-distributed stochastic neighbor embedding improve visualization
            and analysis of large datasets", Nat. Commun. 10 (2019)).
        early_exaggeration: factor on P during the first ``early_exaggeration_steps``.
        late_exaggeration: factor on P after them.
        early_momentum, late_momentum: share of the last move that goes on, in the same two phases.
        set_exaggeration: factor on P whatever the step, once somebody has set one.
    """

    learning_rate: float
    early_exaggeration: float
    early_exaggeration_steps: int
    late_exaggeration: float = 1.0
    early_momentum: float = EARLY_MOMENTUM
    late_momentum: float = LATE_MOMENTUM
    set_exaggeration: float | None = None

    def exaggeration(self, step: int) -> float:
        if self.set_exaggeration is not None:
            return self.set_exaggeration
        return self.early_exaggeration if self.is_early(step) else self.late_exaggeration

    def momentum(self, step: int) -> float:
        return self.early_momentum if self.is_early(step) else self.late_momentum

    def rate(self, step: int, n_points: int) -> float:
        return self.learning_rate or n_points / self.exaggeration(step)

    def is_early(self, step: int) -> bool:
        return step < self.early_exaggeration_steps
