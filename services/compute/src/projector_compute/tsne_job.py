"""A t-SNE job: what is computed before the first step, then steps, a slice after the other."""

from __future__ import annotations

from functools import partial

from projector_compute.core.tsne.affinities import Affinities
from projector_compute.core.tsne.optimiser import Optimiser
from projector_compute.core.tsne.patience import Patience
from projector_compute.model import Notice, Phase
from projector_compute.ports import StreamedBench
from projector_compute.publishing import FramePublisher
from projector_compute.saved import OptimizerState
from projector_compute.session import Request, Session
from projector_compute.specs import JobSpec, TsneParameters
from projector_compute.tsne_course import Course
from projector_compute.tsne_preparation import prepare_tsne
from projector_compute.turn import Turn


def run_tsne(session: Session, bench: StreamedBench, spec: JobSpec, parameters: TsneParameters) -> Request | None:
    """Work for one slice; why it ended, None when all steps are done and the final layout is published.

    Where it must end before the optimisation began, ``Interrupted`` passes through. What the next slice needs is
    left in the session.
    """
    affinities = prepare_tsne(session, bench, spec, parameters)
    return _Descent(session, parameters, affinities, spec.seed).run(bench.slice_seconds)


class _Descent:
    """One slice of the steps."""

    def __init__(self, session: Session, parameters: TsneParameters, affinities: Affinities, seed: int) -> None:
        saved = session.optimizer
        assert isinstance(saved, OptimizerState)  # prepare_tsne sees to it
        self._session = session
        self._n_steps = parameters.n_steps
        self._course = Course(parameters, affinities, session.adjustments, seed)
        self._optimiser = Optimiser(
            self._course.affinities,
            self._course.schedule,
            saved.layout,
            step=saved.step,
            velocity=saved.velocity,
            gains=saved.gains,
            plan=saved.plan,
        )
        self._patience = Patience(parameters.patience_steps, best_loss=saved.best_loss, best_step=saved.best_step)

    def run(self, slice_seconds: float) -> Request | None:
        session, optimiser = self._session, self._optimiser
        session.enter(Phase.RUNNING, optimiser.step / self._n_steps)
        publisher = FramePublisher(session, n_steps=self._n_steps)
        turn = Turn(session, slice_seconds, step=optimiser.step)
        while True:
            loss = optimiser.evaluate()
            if self._is_last(loss):
                publisher.publish_last(optimiser.step, loss, optimiser.layout)
                return None
            publisher.offer(optimiser.step, loss, optimiser.layout)
            request = turn.ends(optimiser.step, partial(self._state, loss))
            if request is not None:
                return request
            self._follow()
            optimiser.move()

    def _is_last(self, loss: float) -> bool:
        step = self._optimiser.step
        if step >= self._n_steps:
            return True
        if self._course.schedule.is_early(step) or not self._patience.is_over(step, loss):
            return False
        lowest = self._patience.best_step
        self._session.note(
            Notice("patience_steps", f"Ended at step {step}: the loss has hardly fallen since step {lowest}.")
        )
        return True

    def _follow(self) -> None:
        """Follow what people have asked for since the last step."""
        session, optimiser = self._session, self._optimiser
        if self._course.follow(session.adjustments, optimiser):
            session.adjustments = self._course.adjustments
            self._patience.begin_anew()
            optimiser.evaluate()

    def _state(self, loss: float) -> OptimizerState:
        optimiser = self._optimiser
        return OptimizerState(
            optimiser.step,
            optimiser.layout.copy(),
            optimiser.velocity.copy(),
            optimiser.gains.copy(),
            loss,
            optimiser.plan,
            self._patience.best_loss,
            self._patience.best_step,
        )
