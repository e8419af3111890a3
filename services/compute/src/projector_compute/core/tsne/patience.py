"""When a descent has come to rest."""

from __future__ import annotations

import math

_LEAST_FALL = 1e-3
"""Of the loss: a descent falls by ever less for ever, and nobody sees what less than this does to a layout."""


class Patience:
    """Watches the loss, and says when it has not fallen for too long.

    Attributes:
        best_loss, best_step: the last loss that was noticeably lower, in nats, and where it was met; 0 for not yet.
    """

    def __init__(self, patience_steps: int, *, best_loss: float = math.inf, best_step: int = 0) -> None:
        """Take up the watch; patience of 0 steps never ends."""
        self._patience_steps = patience_steps
        self.best_loss = best_loss if best_step else math.inf
        self.best_step = best_step

    def is_over(self, step: int, loss: float) -> bool:
        """Whether the loss has not fallen noticeably, by a thousandth of itself, for as long as patience lasts."""
        if not self._patience_steps:
            return False
        if not self.best_step or loss < (1 - _LEAST_FALL) * self.best_loss:
            self.best_loss, self.best_step = loss, step
        return step - self.best_step >= self._patience_steps

    def begin_anew(self) -> None:
        """Forget what was: the loss is another one from now on."""
        self.best_loss, self.best_step = math.inf, 0
