"""Few people cannot keep everybody else from being answered."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from projector_chassis.errors import RateLimited
from projector_gateway.waiting_room import WaitingRoom


@pytest.fixture
def room() -> WaitingRoom:
    return WaitingRoom("answers", of_one=2, of_all=3)


def test_one_person_waits_for_so_many_and_others_still_can(room: WaitingRoom) -> None:
    with room.place("ada"), room.place("ada"):
        with pytest.raises(RateLimited, match="2 answers"), room.place("ada"):
            pass
        with room.place("bob"):
            pass


def test_all_together_wait_for_so_many(room: WaitingRoom) -> None:
    with ExitStack() as places:
        for person in ("ada", "bob", "cleo"):
            places.enter_context(room.place(person))
        with pytest.raises(RateLimited, match="3 answers"), room.place("dan"):
            pass


def test_a_place_is_free_again_however_the_waiting_ended(room: WaitingRoom) -> None:
    for _ in range(5):
        with pytest.raises(TimeoutError), room.place("ada"):
            raise TimeoutError
