"""How many frames may be on their way to a watcher."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.jobs.ack_window import AckWindow


def test_it_closes_after_so_many_frames_and_opens_with_their_acknowledgement() -> None:
    window = AckWindow(max_frames=2, max_bytes=1000)
    window.sent(1, 10)
    assert window.is_open
    window.sent(2, 10)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_it_closes_after_so_many_bytes() -> None:
    window = AckWindow(max_frames=8, max_bytes=100)
    window.sent(1, 60)
    assert window.is_open
    window.sent(2, 60)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_one_frame_may_always_be_on_its_way_however_large() -> None:
    window = AckWindow(max_frames=8, max_bytes=100)
    assert window.is_open
    window.sent(1, 10**9)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_an_acknowledgement_covers_all_before_it() -> None:
    window = AckWindow(max_frames=3, max_bytes=1000)
    for sequence in (4, 9, 12):
        window.sent(sequence, 10)
    window.acknowledge(10)
    window.sent(13, 10)
    assert window.is_open


def test_old_repeated_and_premature_acknowledgements_do_no_harm() -> None:
    window = AckWindow(max_frames=1, max_bytes=1000)
    window.acknowledge(99)
    window.sent(5, 10)
    window.acknowledge(4)
    assert not window.is_open
    window.acknowledge(5)
    window.acknowledge(5)
    assert window.is_open


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=60))
def test_no_more_is_on_its_way_than_allowed(steps: list[tuple[int, bool]]) -> None:
    window = AckWindow(max_frames=3, max_bytes=60)
    on_their_way: list[tuple[int, int]] = []
    for sequence, (n_bytes, acknowledges) in enumerate(steps, start=1):
        if window.is_open:
            window.sent(sequence, n_bytes)
            on_their_way.append((sequence, n_bytes))
        if acknowledges:
            window.acknowledge(sequence)
            on_their_way.clear()
        assert len(on_their_way) <= 3
        assert sum(n_bytes for _, n_bytes in on_their_way[:-1]) < 60
        assert window.is_open is (not on_their_way or (len(on_their_way) < 3 and sum(n for _, n in on_their_way) < 60))
