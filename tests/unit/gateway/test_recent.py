"""A bounded memory."""

from __future__ import annotations

from projector_gateway.recent import Recent


def test_what_was_used_longest_ago_makes_room() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1

    recent.put("c", 3)

    assert [recent.get(key) for key in "abc"] == [1, None, 3]
    assert len(recent) == 2


def test_a_newer_value_takes_the_place_of_the_older() -> None:
    recent: Recent[str, int] = Recent(2)
    for value in range(5):
        recent.put("a", value)
    assert (recent.get("a"), len(recent)) == (4, 1)
