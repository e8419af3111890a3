from __future__ import annotations

from itertools import pairwise

from projector_compute.core.frame_history import FrameHistory

FRAME_BYTES = 1000
ENTRY_BYTES = FRAME_BYTES + 256


def run(history: FrameHistory, first: int, last: int, kept: set[int]) -> set[int]:
    """Add frames and drop what the history says, as the store does."""
    for sequence in range(first, last + 1):
        kept.add(sequence)
        kept -= set(history.add(sequence))
    return kept


def test_all_frames_are_kept_while_there_is_room() -> None:
    history = FrameHistory(max_bytes=50 * ENTRY_BYTES, frame_bytes=FRAME_BYTES)
    assert run(history, 1, 50, set()) == set(range(1, 51))


def test_the_bound_holds_and_first_and_newest_stay() -> None:
    history = FrameHistory(max_bytes=50 * ENTRY_BYTES, frame_bytes=FRAME_BYTES)
    kept: set[int] = set()
    for last in range(1, 3000):
        run(history, last, last, kept)
        assert len(kept) == min(last, 50)
        assert {1, last} <= kept


def test_frames_lie_the_further_apart_the_later_they_are() -> None:
    history = FrameHistory(max_bytes=60 * ENTRY_BYTES, frame_bytes=FRAME_BYTES)
    kept = sorted(run(history, 1, 5000, set()))
    gaps = [after - before for before, after in pairwise(kept)]
    early, late = gaps[:20], gaps[-21:-1]
    assert 0 < sum(early) / 20 < sum(late) / 20 / 2
    assert max(gaps) < 5000 / 60 * 4  # no hole that a watcher would notice


def test_a_history_is_taken_up_where_another_slice_left_it() -> None:
    max_bytes = 40 * ENTRY_BYTES
    whole = run(FrameHistory(max_bytes=max_bytes, frame_bytes=FRAME_BYTES), 1, 900, set())
    kept = run(FrameHistory(max_bytes=max_bytes, frame_bytes=FRAME_BYTES), 1, 500, set())
    following = FrameHistory(max_bytes=max_bytes, frame_bytes=FRAME_BYTES, kept=sorted(kept))
    assert run(following, 501, 900, kept) == whole


def test_first_and_newest_are_kept_even_without_room() -> None:
    history = FrameHistory(max_bytes=0, frame_bytes=FRAME_BYTES)
    assert run(history, 1, 100, set()) == {1, 100}


def test_a_history_over_its_bound_is_brought_back() -> None:
    history = FrameHistory(max_bytes=10 * ENTRY_BYTES, frame_bytes=FRAME_BYTES, kept=range(1, 31))
    assert len(set(range(1, 32)) - set(history.add(31))) == 10
