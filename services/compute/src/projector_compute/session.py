"""One slice's conversation with its job: what it tells of itself and what it is told."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from projector_compute.controls import Action, AppliedControl
from projector_compute.model import Failure, Notice, Phase
from projector_compute.phases import advanced, entered
from projector_compute.ports import HeldSlice
from projector_compute.saved import DescentState, OptimizerState, SavedJob

_STATES_HZ = 5.0
"""How often progress is announced; a changed phase is announced at once."""
_POLLS_HZ = 20.0
"""How often the control stream is read: soon enough for a click, seldom enough for steps of a millisecond."""


class Request(enum.Enum):
    """Why a slice must end now."""

    PAUSE = "pause"
    STOP = "stop"
    HAND_OVER = "hand over"


class Interrupted(Exception):
    """Raised out of a computation that must end now; it leaves nothing behind but what the session holds."""

    def __init__(self, request: Request) -> None:
        super().__init__(request.value)
        self.request = request


@dataclass(frozen=True)
class Clock:
    """Where a session takes the time from.

    Attributes:
        monotonic: seconds that never jump.
        is_draining: true once this worker shuts down.
    """

    monotonic: Callable[[], float]
    is_draining: Callable[[], bool]

    def now(self) -> datetime:
        return datetime.now(UTC)


class Session:
    """Holds the job's state while a slice works on it, reports it, and reads controls between steps.

    Attributes:
        state: as last stored, or about to be.
        optimizer: where the optimisation stands, as far as the next slice has to know; None before it began.
        step: done so far, published or not; controls are logged with it.
    """

    def __init__(self, held: HeldSlice, clock: Clock, *, n_threads: int) -> None:
        self._held = held
        self.clock = clock
        self.n_threads = n_threads
        self.state = replace(held.read_state(), interruption="")
        saved = held.read_saved()
        self.optimizer: OptimizerState | DescentState | None = saved.optimizer
        self.step = 0 if self.optimizer is None else self.optimizer.step
        self.adjustments = saved.adjustments
        self._cursor = saved.cursor
        self._logged = {applied.entry.cursor: applied.step for applied in self.state.controls}
        self._replay_step: int | None = None
        self._is_paused = self.state.phase is Phase.PAUSED
        self._request: Request | None = None
        self._next_report_seconds = 0.0
        self._next_poll_seconds = 0.0

    @property
    def held(self) -> HeldSlice:
        return self._held

    def enter(self, phase: Phase, progress: float = 0.0) -> None:
        """Begin a phase, or go on with it, and say so if it is another one than before."""
        if phase is not self.state.phase:
            self.state = entered(self.state, phase, progress, self.clock.now())
            self._store(is_news=True)
        else:
            self.state = advanced(self.state, progress, self.clock.now())

    def progress(self, done: float) -> None:
        """Report the done part of the phase, and end here if the slice must end.

        Raises:
            Interrupted: somebody asked for a pause or a stop, or this worker shuts down.
        """
        self.state = advanced(self.state, done, self.clock.now())
        if self.clock.monotonic() >= self._next_report_seconds:
            self._store()
        self.check()

    def note(self, notice: Notice) -> None:
        """Add a notice to the state, once."""
        if notice not in self.state.notices:
            self.state = replace(self.state, notices=(*self.state.notices, notice))

    def check(self) -> None:
        """Raise ``Interrupted`` if the slice must end now."""
        request = self.poll()
        if request is not None:
            raise Interrupted(request)

    def wait(self, reason: str) -> None:
        """Tell why nothing goes on at present; empty: it goes on again. As ``progress``, it may end the slice."""
        if reason != self.state.interruption:
            self.state = replace(self.state, interruption=reason, updated_at=self.clock.now())
            self._store()
        self.check()

    def poll(self, *, at_once: bool = False) -> Request | None:
        """Why the slice must end now, if it must; reads the control stream at most ``_POLLS_HZ`` times a second."""
        now = self.clock.monotonic()
        is_replay_due = self._replay_step is not None and self.step >= self._replay_step
        if at_once or is_replay_due or now >= self._next_poll_seconds:
            self._next_poll_seconds = now + 1.0 / _POLLS_HZ
            self._request = self._read_controls()
        return self._request

    def _read_controls(self) -> Request | None:
        """Follow what people ask for; what has been followed before this slice's start, at just that step again."""
        self._replay_step = None
        for entry in self._held.controls_after(self._cursor):
            logged = self._logged.get(entry.cursor)
            if logged is not None and logged > self.step:
                self._replay_step = logged
                break
            self._cursor = entry.cursor
            if logged is None:
                applied = AppliedControl(self.step, entry)
                self.state = replace(self.state, controls=(*self.state.controls, applied))
            if entry.action is Action.STOP:
                return Request.STOP
            if isinstance(entry.action, Action):
                self._is_paused = entry.action is Action.PAUSE
            else:
                self.adjustments = self.adjustments.with_control(entry.action)
        if self._is_paused:
            return Request.PAUSE
        return Request.HAND_OVER if self.clock.is_draining() else None

    def saved(self) -> SavedJob:
        """What the next slice needs to go on from here."""
        return SavedJob(self._cursor, self.state.sequence, self.n_threads, self.optimizer, self.adjustments)

    def save(self, optimizer: OptimizerState | DescentState) -> None:
        """Keep this for whoever has to take over should this worker be killed."""
        self.optimizer = optimizer
        self._held.save(self.saved())

    def try_pause(self) -> bool:
        """End the slice as PAUSED; False where a control has come in since the last poll."""
        paused = self.state
        if paused.phase is not Phase.PAUSED:
            paused = entered(paused, Phase.PAUSED, paused.progress, self.clock.now())
        if not self._held.pause(self.saved(), paused):
            return False
        self.state = paused
        return True

    def hand_over(self) -> None:
        """End the slice with its state saved; the next one is due here unless this worker shuts down."""
        self._held.hand_over(self.saved(), here=not self.clock.is_draining())

    def finish(self, phase: Phase, failure: Failure | None = None) -> None:
        """End the job."""
        progress = 1.0 if phase is Phase.FINISHED else self.state.progress
        self.state = replace(entered(self.state, phase, progress, self.clock.now()), failure=failure)
        self._held.finish(self.state)

    def _store(self, *, is_news: bool = False) -> None:
        self._next_report_seconds = self.clock.monotonic() + 1.0 / _STATES_HZ
        self._held.store_state(self.state, is_news=is_news)
