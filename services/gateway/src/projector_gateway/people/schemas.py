"""People as the page sees them."""

from __future__ import annotations

from pydantic import Field

from projector_contracts.common.v1 import person_pb2
from projector_gateway.datasets.schemas import Schema


class Person(Schema):
    """Somebody, as others see them: a chosen name, or a neutral one such as "Guest 3"."""

    id: str
    name: str


class Session(Person):
    """The person that this browser is."""

    is_named: bool = Field(description="Whether the name was chosen")


class SessionChange(Schema):
    """What people may change of themselves."""

    name: str = Field(description="1 to 40 printable characters; spaces around them are dropped")


def read_person(message: person_pb2.Person) -> Person:
    """A person out of a message."""
    return Person(id=message.id, name=message.name)


def write_person(person: Person) -> person_pb2.Person:
    """A person as a message."""
    return person_pb2.Person(id=person.id, name=person.name)
