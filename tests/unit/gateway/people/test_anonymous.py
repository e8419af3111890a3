"""Programs without a session."""

from __future__ import annotations

import pytest

from projector_chassis.errors import InvalidArgument
from projector_gateway.people.anonymous import anonymous, named_program


def test_a_program_may_say_its_name_in_any_letters() -> None:
    assert named_program("10.0.0.1", "Z%C3%BCrich%20nightly").name == "Zürich nightly"


def test_programs_are_told_apart_by_address_and_name() -> None:
    people = [
        anonymous("10.0.0.1"),
        anonymous("10.0.0.2"),
        named_program("10.0.0.1", "a"),
        named_program("10.0.0.1", "b"),
    ]
    assert len({person.id for person in people}) == 4
    assert named_program("10.0.0.1", "a") == people[2]


@pytest.mark.parametrize("name", ["", "%20", "a%0Ab", "x" * 41, "%FF%FE%00"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match="name"):
        named_program("10.0.0.1", name)
