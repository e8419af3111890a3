"""Frames on their way out: numbered, paced, encoded, kept within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from projector_compute.core.frame_history import FrameHistory, capacity_of
from projector_compute.core.pacing import FramePacer
from projector_compute.core.quantisation import quantise
from projector_compute.model import Dropped, Frame
from projector_compute.phases import advanced
from projector_compute.session import Session
from projector_compute.specs import Float32Array

FLOAT32_POINTS = 50_000
"""Up to so many points a frame is float32; above, 16 bits, whose error is far below a pixel."""


_MOST_LOSSES = 4096
"""Losses are kept of more steps than frames are: they cost next to nothing."""


class FramePublisher:
    """Publishes a job's layouts in rising steps.

    Steps up to the newest stored frame are passed over: a slice that goes on from a state older than that frame
    computes them again, and watchers have seen them.
    """

    def __init__(self, session: Session, *, n_steps: int) -> None:
        self._session = session
        self._n_steps = n_steps
        self._pacer = FramePacer()
        self._frames: FrameHistory | None = None
        self._losses: FrameHistory | None = None
        self._newest_is_float32 = False
        self._newest_step = session.state.step if session.state.sequence else -1

    def offer(self, step: int, loss: float, layout: Float32Array) -> None:
        """Publish the layout of a step unless the last frame was a moment ago.

        Args:
            step: that led to this layout; 0 for the initial one.
            loss: of this layout, in nats.
            layout: ``(n_points, n_dims)``; it may change after the call.
        """
        if step <= self._newest_step or not self._pacer.is_due(self._session.clock.monotonic()):
            return
        sequence = self._session.state.sequence + 1
        if _usual_dtype(layout) == np.float32:
            self._publish(Frame(sequence, step, loss, layout))
        else:
            quantised = quantise(layout)
            self._publish(Frame(sequence, step, loss, quantised.codes, quantised.scale, quantised.offset))

    def publish_last(self, step: int, loss: float, layout: Float32Array) -> None:
        """Publish in full precision the layout at which a job rests or ends, unless just this has been published."""
        is_known = step == self._newest_step and (self._newest_is_float32 or _usual_dtype(layout) == np.float32)
        if step >= self._newest_step and not is_known:
            self._publish(Frame(self._session.state.sequence + 1, step, loss, layout))

    def _publish(self, frame: Frame) -> None:
        session = self._session
        dropped = self._keep(frame)
        progress = frame.step / self._n_steps if self._n_steps else 1.0
        session.state = replace(
            advanced(session.state, progress, session.clock.now()), step=frame.step, sequence=frame.sequence
        )
        session.held.store_frame(frame, session.state, dropped)
        self._pacer.published(session.clock.monotonic(), frame.layout.nbytes)
        self._newest_step = frame.step
        self._newest_is_float32 = frame.layout.dtype == np.float32

    def _keep(self, frame: Frame) -> Dropped:
        """Take a frame into the history; what has to go for it."""
        if self._frames is None or self._losses is None:
            kept = self._session.held.read_history()
            frame_bytes = frame.layout.size * _usual_dtype(frame.layout).itemsize
            self._frames = FrameHistory(capacity_of(kept.max_bytes, frame_bytes), kept.frames)
            self._losses = FrameHistory(_MOST_LOSSES, kept.losses)
        return Dropped(self._frames.add(frame.sequence), self._losses.add(frame.sequence))


def _usual_dtype(layout: NDArray[Any]) -> np.dtype[Any]:
    """Of the frames that show this many points; the last frame is float32 whatever their number."""
    return np.dtype(np.float32 if len(layout) <= FLOAT32_POINTS else np.uint16)
