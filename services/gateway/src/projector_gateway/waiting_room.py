"""Room for those who wait for something that takes long, so that few cannot keep everybody else out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from projector_chassis.errors import RateLimited


class WaitingRoom:
    """How many may wait at a time.

    Args:
        what: is waited for, as a plural.
        of_one: most of one person.
        of_all: most of all people together.
    """

    def __init__(self, what: str, *, of_one: int, of_all: int) -> None:
        self._what = what
        self._of_one = of_one
        self._of_all = of_all
        self._waiting: Counter[str] = Counter()

    @contextmanager
    def place(self, person_id: str) -> Iterator[None]:
        """Wait while the block runs.

        Raises:
            RateLimited: this person, or everybody together, waits for too many already.
        """
        if self._waiting[person_id] >= self._of_one:
            raise RateLimited(
                f"You wait for {self._of_one} {self._what} already, the most at a time; ask again when one has come."
            )
        if self._waiting.total() >= self._of_all:
            raise RateLimited(f"People wait for {self._of_all} {self._what} already, the most at a time; try again.")
        self._waiting[person_id] += 1
        try:
            yield
        finally:
            self._waiting[person_id] -= 1
            if not self._waiting[person_id]:
                del self._waiting[person_id]
