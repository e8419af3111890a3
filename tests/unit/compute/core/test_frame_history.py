from __future__ import annotations

from itertools import pairwise

from projector_compute.core.frame_history import FrameHistory, capacity_of


def run(history: FrameHistory, first: int, last: int, kept: set[int]) -> set[int]:
    """Add frames and drop what the history says, as the store does."""
    for sequence in range(first, last + 1):
        kept.add(sequence)
        kept -= set(history.add(sequence))
    return kept


def test_frames_and_what_is_stored_beside_them_fit() -> None:
    assert capacity_of(50 * 1256, 1000) == 50
    assert capacity_of(51 * 1256 - 1, 1000) == 50


def test_all_frames_are_kept_while_there_is_room() -> None:
    history = FrameHistory(50)
    assert run(history, 1, 50, set()) == set(range(1, 51))


def test_the_bound_holds_and_first_and_newest_stay() -> None:
    history = FrameHistory(50)
    kept: set[int] = set()
    for last in range(1, 3000):
        run(history, last, last, kept)
        assert len(kept) == min(last, 50)
        assert {1, last} <= kept


def test_frames_lie_the_further_apart_the_later_they_are() -> None:
    history = FrameHistory(60)
    kept = sorted(run(history, 1, 5000, set()))
    gaps = [after - before for before, after in pairwise(kept)]
    early, late = gaps[:20], gaps[-21:-1]
    assert 0 < sum(early) / 20 < sum(late) / 20 / 2
    assert max(gaps) < 5000 / 60 * 4  # no hole that a watcher would notice


def test_a_history_is_taken_up_where_another_slice_left_it() -> None:
    whole = run(FrameHistory(40), 1, 900, set())
    kept = run(FrameHistory(40), 1, 500, set())
    following = FrameHistory(40, sorted(kept))
    assert run(following, 501, 900, kept) == whole


def test_first_and_newest_are_kept_even_without_room() -> None:
    history = FrameHistory(capacity_of(0, 1000))
    assert run(history, 1, 100, set()) == {1, 100}


def test_a_history_over_its_bound_is_brought_back() -> None:
    history = FrameHistory(10, range(1, 31))
    assert len(set(range(1, 32)) - set(history.add(31))) == 10
