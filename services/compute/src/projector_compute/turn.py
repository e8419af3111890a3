"""A job's turn on this worker: some seconds of steps, saved now and then, until it is another job's turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from projector_compute.saved import DescentState, OptimizerState
from projector_compute.session import Request, Session

State: TypeAlias = Callable[[], OptimizerState | DescentState]
"""Where the optimisation stands: a copy of all that changes with the next step."""

_SAVE_SECONDS = 2.0
"""What a killed worker may cost of work done."""
_MOST_OF_THE_TIME = 0.05
"""Of a job that saving may take, where there is much to save."""


class Turn:
    """One slice's steps."""

    def __init__(self, session: Session, slice_seconds: float, *, step: int) -> None:
        """Begin a turn.

        Args:
            step: at which the optimisation stands.
        """
        now = session.clock.monotonic()
        self._session = session
        self._first_step = step
        self._end_seconds = now + slice_seconds
        self._next_save_seconds = now + _SAVE_SECONDS

    def ends(self, step: int, state: State) -> Request | None:
        """Why the turn ends after this step, with the state left in the session; None: it goes on.

        However long a step takes, a turn takes one: else none would ever get on.
        """
        session = self._session
        session.step = step
        request = session.poll()
        now = session.clock.monotonic()
        if request is None and step > self._first_step and now >= self._end_seconds:
            request = Request.HAND_OVER
        if request is not None:
            session.optimizer = state()
        elif now >= self._next_save_seconds:
            session.save(state())
            took = session.clock.monotonic() - now
            self._next_save_seconds = now + max(_SAVE_SECONDS, took / _MOST_OF_THE_TIME)
        return request
