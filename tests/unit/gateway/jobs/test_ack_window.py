"""How many frames may be on their way to a watcher."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from projector_gateway.jobs.ack_window import AckWindow


def test_it_closes_after_so_many_frames_and_opens_with_their_acknowledgement() -> None:
    window = AckWindow(first_frames=2, max_frames=2, max_bytes=1000)
    window.sent(1, 10)
    assert window.is_open
    window.sent(2, 10)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_it_closes_after_so_many_bytes() -> None:
    window = AckWindow(first_frames=8, max_frames=8, max_bytes=100)
    window.sent(1, 60)
    assert window.is_open
    window.sent(2, 60)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_one_frame_may_always_be_on_its_way_however_large() -> None:
    window = AckWindow(first_frames=8, max_frames=8, max_bytes=100)
    assert window.is_open
    window.sent(1, 10**9)
    assert not window.is_open
    window.acknowledge(1)
    assert window.is_open


def test_an_acknowledgement_covers_all_before_it() -> None:
    window = AckWindow(first_frames=3, max_frames=3, max_bytes=1000)
    for sequence in (4, 9, 12):
        window.sent(sequence, 10)
    window.acknowledge(10)
    window.sent(13, 10)
    assert window.is_open


def test_old_repeated_and_premature_acknowledgements_do_no_harm() -> None:
    window = AckWindow(first_frames=1, max_frames=1, max_bytes=1000)
    window.acknowledge(99)
    window.sent(5, 10)
    window.acknowledge(4)
    assert not window.is_open
    window.acknowledge(5)
    window.acknowledge(5)
    assert window.is_open


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=60))
def test_no_more_is_on_its_way_than_allowed(steps: list[tuple[int, bool]]) -> None:
    window = AckWindow(first_frames=3, max_frames=3, max_bytes=60, now=lambda: 0.0)
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


class Reader:
    """Draws frames one after the other, each for as long as it takes, over a line with a delay."""

    def __init__(self, *, draw_seconds: float, line_seconds: float = 0.0) -> None:
        self.now = 0.0
        self.window = AckWindow(now=lambda: self.now)
        self._draw_seconds = draw_seconds
        self._line_seconds = line_seconds
        self._unanswered: list[tuple[int, float]] = []
        self.in_flight: list[int] = []

    def watch(self, *, seconds: float, frame_seconds: float) -> None:
        """See a job that publishes a frame at that interval."""
        free_at, until = self.now, self.now + seconds
        sequence = 0
        while self.now < until:
            sequence += 1
            while self._unanswered and self._unanswered[0][1] <= self.now:
                self.window.acknowledge(self._unanswered.pop(0)[0])
            if self.window.is_open:
                self.window.sent(sequence, 1)
                free_at = max(free_at, self.now + self._line_seconds / 2) + self._draw_seconds
                self._unanswered.append((sequence, free_at + self._line_seconds / 2))
            self.in_flight.append(len(self._unanswered))
            self.now += frame_seconds


def test_a_reader_that_draws_one_frame_a_second_is_sent_hardly_more_than_it_draws() -> None:
    reader = Reader(draw_seconds=1.0)
    reader.watch(seconds=60, frame_seconds=1 / 60)
    assert max(reader.in_flight) <= 3


def test_a_long_line_alone_is_no_reason_to_send_less() -> None:
    reader = Reader(draw_seconds=0.001, line_seconds=0.4)
    reader.watch(seconds=10, frame_seconds=1 / 60)
    assert max(reader.in_flight[-60:]) == 8


def test_a_reader_that_becomes_quick_again_is_sent_more_again() -> None:
    reader = Reader(draw_seconds=1.0, line_seconds=0.1)
    reader.watch(seconds=30, frame_seconds=1 / 60)
    reader._draw_seconds = 0.005
    reader.watch(seconds=30, frame_seconds=1 / 60)
    assert max(reader.in_flight[-60:]) > 4


def test_what_is_forgotten_is_no_longer_on_its_way() -> None:
    window = AckWindow(max_frames=1)
    window.sent(1, 10)
    window.clear()
    assert window.is_open
