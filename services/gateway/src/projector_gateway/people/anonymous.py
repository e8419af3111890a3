"""Whoever comes without a session: a program, or a browser that keeps no cookies. One address is one person."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

from projector_gateway.people.names import check_person_name
from projector_gateway.people.schemas import Person

_NAME = "A program"
_ID_CHARACTERS = 16


def anonymous(address: str) -> Person:
    """The person behind an address, which others do not get to see."""
    return Person(id=_id(address, ""), name=_NAME)


def named_program(address: str, name: str) -> Person:
    """A program that says how it is called.

    Args:
        name: percent-encoded where it is not ASCII, since metadata of gRPC is.

    Raises:
        InvalidArgument: the name is none that can be shown.
    """
    checked = check_person_name(unquote(name))
    return Person(id=_id(address, checked), name=checked)


def _id(address: str, name: str) -> str:
    return "program:" + hashlib.sha256(f"{address} {name}".encode()).hexdigest()[:_ID_CHARACTERS]
