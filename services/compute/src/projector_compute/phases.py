"""How long phases lasted, and how long the present one will."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from projector_compute.model import JobState, Phase, PhaseTime

_ENOUGH_SECONDS = 0.5
_ENOUGH_PROGRESS = 0.005
"""Less says nothing about the rest."""


def entered(state: JobState, phase: Phase, progress: float, now: datetime) -> JobState:
    """The state at the beginning of another phase: the one that is over is accounted for."""
    began = state.phase_began_at or state.created_at
    over = PhaseTime(state.phase, max(0.0, (now - began).total_seconds()))
    return replace(
        state,
        phase=phase,
        progress=progress,
        updated_at=now,
        times=(*state.times, over),
        queue_place=0,
        remaining_seconds=None,
        phase_began_at=now,
        phase_began_progress=progress,
    )


def advanced(state: JobState, progress: float, now: datetime) -> JobState:
    """The state further on in its phase; what remains is estimated by the pace since the phase began.

    That is the pace by the wall clock: the slices of other jobs in between are part of it.
    """
    remaining = None
    if state.phase_began_at is not None:
        seconds = (now - state.phase_began_at).total_seconds()
        gained = progress - state.phase_began_progress
        if seconds >= _ENOUGH_SECONDS and gained >= _ENOUGH_PROGRESS:
            remaining = seconds / gained * (1.0 - progress)
    return replace(state, progress=progress, updated_at=now, remaining_seconds=remaining)
