"""When a part that died is started again, and when no more."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class RestartPolicy:
    """Exponential back-off with a limit.

    Attributes:
        first_delay_seconds: wait before the first restart; it doubles with each further one.
        longest_delay_seconds: where doubling ends.
        limit: this many deaths within ``window_seconds`` are too many.
    """

    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 8.0
    limit: int = 5
    window_seconds: float = 60.0


class RestartHistory:
    """The deaths of one part."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._deaths: deque[float] = deque()

    def delay_after_death(self, now: float) -> float | None:
        """Note a death.

        Args:
            now: a monotonic time in seconds.

        Returns:
            Seconds to wait before the restart, or nothing where the limit is reached.
        """
        while self._deaths and self._deaths[0] <= now - self._policy.window_seconds:
            self._deaths.popleft()
        self._deaths.append(now)
        if len(self._deaths) >= self._policy.limit:
            return None
        doubled: float = self._policy.first_delay_seconds * 2 ** (len(self._deaths) - 1)
        return min(doubled, self._policy.longest_delay_seconds)
