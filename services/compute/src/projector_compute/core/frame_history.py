"""Which frames of a job are kept: a bounded history, dense at the start, sparser later."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

_ENTRY_OVERHEAD_BYTES = 256
"""Message fields and Redis' own bookkeeping of one hash entry."""


def capacity_of(max_bytes: int, frame_bytes: int) -> int:
    """How many frames fit, of layouts of that size; two at least, the first and the newest."""
    return max(2, max_bytes // (frame_bytes + _ENTRY_OVERHEAD_BYTES))


class FrameHistory:
    """Sequences of the frames kept, at most a given number.

    When there is no room, the frame goes whose absence leaves the smallest gap, a gap being judged against the square
    root of its position: the layout changes fast at first and slowly later, so the frames kept lie the further apart
    the later they are. The first and the newest are never dropped.
    """

    def __init__(self, capacity: int, kept: Iterable[int] = ()) -> None:
        """Take up a history.

        Args:
            capacity: how many are kept, at least 2.
            kept: sequences that are stored already, ascending.
        """
        self._capacity = capacity
        self._before: dict[int, int] = {}
        self._after: dict[int, int] = {}
        self._newest = 0
        self._costs: list[tuple[float, int]] = []
        self._n_kept = 0
        for sequence in kept:
            self._append(sequence)

    def add(self, sequence: int) -> list[int]:
        """Keep a new frame; the sequences of those to drop for it.

        Args:
            sequence: above every sequence added before.
        """
        self._append(sequence)
        dropped = []
        while self._n_kept > self._capacity:
            dropped.append(self._drop_cheapest())
        return dropped

    def _append(self, sequence: int) -> None:
        before = self._newest
        self._newest = sequence
        self._n_kept += 1
        if before:
            self._before[sequence] = before
            self._after[before] = sequence
            self._price(before)

    def _price(self, sequence: int) -> None:
        if sequence in self._before and sequence in self._after:
            heapq.heappush(self._costs, (self._cost(sequence), sequence))

    def _cost(self, sequence: int) -> float:
        return float((self._after[sequence] - self._before[sequence]) / sequence**0.5)

    def _drop_cheapest(self) -> int:
        while True:
            cost, sequence = heapq.heappop(self._costs)
            # Prices of frames that are gone or whose neighbors are gone stay in the heap; they are skipped here.
            if sequence in self._before and sequence in self._after and cost == self._cost(sequence):
                break
        before, after = self._before.pop(sequence), self._after.pop(sequence)
        self._after[before], self._before[after] = after, before
        self._n_kept -= 1
        self._price(before)
        self._price(after)
        return sequence
