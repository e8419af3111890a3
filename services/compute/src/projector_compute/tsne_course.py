"""Where a t-SNE is going: what its parameters say, and what people have asked for since."""

from __future__ import annotations

from dataclasses import replace

from projector_compute.controls import Adjustments
from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.schedule import Schedule
from projector_compute.core.tsne.supervision import supervised
from projector_compute.specs import Supervision, TsneParameters


class Course:
    """Schedule and affinities of a t-SNE by its parameters and by what has been adjusted.

    Attributes:
        adjustments: those that schedule and affinities follow.
    """

    def __init__(self, parameters: TsneParameters, affinities: Affinities, adjustments: Adjustments, seed: int) -> None:
        """Take up a run.

        Args:
            affinities: P, without any supervision.
            adjustments: up to now; perturbations that were not carried out yet are left for ``follow``.
            seed: of perturbations.
        """
        self._parameters = parameters
        self._unsupervised = affinities
        self._seed = seed
        self.adjustments = replace(adjustments, n_perturbations=0)
        self.schedule = self._adjusted_schedule()
        self.affinities = self._supervised_affinities()

    def follow(self, adjustments: Adjustments, optimiser: Optimiser) -> bool:
        """Change the optimiser as adjusted; whether there was anything to change, and it must evaluate again."""
        if adjustments is self.adjustments:
            return False
        is_supervised_anew = adjustments.supervision is not self.adjustments.supervision
        n_perturbations = adjustments.n_perturbations
        is_unchanged = not is_supervised_anew and not n_perturbations and self._has_same_schedule(adjustments)
        self.adjustments = replace(adjustments, n_perturbations=0)
        if is_unchanged:
            return False
        self.schedule = optimiser.schedule = self._adjusted_schedule()
        if is_supervised_anew:
            self.affinities = self._supervised_affinities()
            optimiser.follow(self.affinities)
        for number in range(n_perturbations):
            optimiser.perturb(self._seed + number)
        return True

    def _has_same_schedule(self, adjustments: Adjustments) -> bool:
        known = self.adjustments
        return (known.learning_rate, known.exaggeration) == (adjustments.learning_rate, adjustments.exaggeration)

    def _adjusted_schedule(self) -> Schedule:
        parameters, adjustments = self._parameters, self.adjustments
        rate = parameters.learning_rate if adjustments.learning_rate is None else adjustments.learning_rate
        return Schedule(
            rate,
            parameters.early_exaggeration,
            parameters.early_exaggeration_steps,
            late_exaggeration=parameters.late_exaggeration,
            early_momentum=parameters.early_momentum,
            late_momentum=parameters.late_momentum,
            set_exaggeration=adjustments.exaggeration,
        )

    def _supervised_affinities(self) -> Affinities:
        supervision: Supervision | None = self.adjustments.supervision or self._parameters.supervision
        if supervision is None or not supervision.weight:
            return self._unsupervised
        return supervised(self._unsupervised, supervision.labels, supervision.weight)
