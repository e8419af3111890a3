"""Whoever comes without a session: a program, or a browser that keeps no cookies. One address is one person."""

from __future__ import annotations

from projector_gateway.people.schemas import Person

_NAME = "A program"


def anonymous(address: str) -> Person:
    """The person behind an address, which others do not get to see in full."""
    return Person(id=f"address:{address}", name=_NAME)
