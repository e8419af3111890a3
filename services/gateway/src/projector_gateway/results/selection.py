"""Which frames of a job are kept with its result."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import sqrt

MOST_FRAMES = 24
"""Beside the last."""
MOST_BYTES = 8 * 2**20
"""Of those frames."""


def choose(sizes: Mapping[int, int], newest: int) -> list[int]:
    """Sequences to keep, ascending; the newest is the last of them.

    Args:
        sizes: bytes of each kept frame by its sequence.
    """
    earlier = sorted(sequence for sequence in sizes if sequence < newest)
    largest = max((sizes[sequence] for sequence in earlier), default=1)
    return [*spread(earlier, min(MOST_FRAMES, MOST_BYTES // largest)), newest]


def spread(kept: Sequence[int], n_chosen: int) -> list[int]:
    """Some of these ascending sequences, the first and the last among them, the further apart the later they are.

    Gaps grow with the square root of the sequence, as those of the history do from which they are chosen: that is,
    square roots lie evenly.
    """
    if n_chosen >= len(kept):
        return list(kept)
    if n_chosen <= 1:
        return list(kept[-1:]) * n_chosen
    first, last = sqrt(kept[0]), sqrt(kept[-1])
    chosen: list[int] = []
    for position in range(n_chosen):
        wanted = (first + (last - first) * position / (n_chosen - 1)) ** 2
        lowest = chosen[-1] + 1 if chosen else 0
        highest = len(kept) - (n_chosen - position)
        chosen.append(min(max(_nearest(kept, wanted), lowest), highest))
    return [kept[index] for index in chosen]


def _nearest(kept: Sequence[int], wanted: float) -> int:
    after = min(bisect_left(kept, wanted), len(kept) - 1)
    return after - 1 if after and wanted - kept[after - 1] < kept[after] - wanted else after
