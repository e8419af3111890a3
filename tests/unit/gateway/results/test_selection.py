"""Which frames are kept with a result."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.results.selection import MOST_BYTES, MOST_FRAMES, choose, spread


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=300, unique=True), st.integers(0, 40))
def test_as_many_as_asked_for_are_chosen_in_order(sequences: list[int], n_chosen: int) -> None:
    kept = sorted(sequences)
    chosen = spread(kept, n_chosen)
    assert len(chosen) == min(n_chosen, len(kept))
    assert set(chosen) <= set(kept)
    assert chosen == sorted(chosen)


def test_gaps_grow_with_the_square_root_of_the_sequence() -> None:
    chosen = spread(range(1, 10_001), 24)
    assert (chosen[0], chosen[-1]) == (1, 10_000)
    gaps = [after - before for before, after in pairwise(chosen)]
    assert gaps == sorted(gaps)
    assert gaps[15] / gaps[3] == pytest.approx((chosen[15] / chosen[3]) ** 0.5, rel=0.2)


def test_of_small_frames_the_number_is_bounded() -> None:
    chosen = choose(dict.fromkeys(range(1, 1001), 1000), newest=1000)
    assert len(chosen) == MOST_FRAMES + 1
    assert (chosen[0], chosen[-2:]) == (1, [999, 1000])


def test_of_large_frames_the_bytes_are_and_the_last_one_always_stays() -> None:
    sizes = dict.fromkeys(range(1, 101), MOST_BYTES // 3) | {101: 10 * MOST_BYTES}
    assert len(choose(sizes, newest=101)) == 4
    assert choose({1: 2 * MOST_BYTES, 2: 3 * MOST_BYTES}, newest=2) == [2]
    assert choose({7: 5}, newest=7) == [7]
