"""Serialised protobuf messages, field by field, without generated classes: the few that TensorFlow's files hold.

Source: protobuf's encoding guide.
"""

from __future__ import annotations

from collections.abc import Iterator

_INT64_MAX = 2**63 - 1


class DamagedMessageError(Exception):
    """The bytes are no whole message; the text says what is wrong, without the file's name."""


def varint(message: bytes, position: int) -> tuple[int, int]:
    """A base-128 number of at most ten bytes, and the position after it."""
    value = 0
    for i in range(10):
        if position >= len(message):
            break
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value, position
    raise DamagedMessageError("a number in it does not end")


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The (number, value) fields of a serialised protobuf message; signed numbers come as unsigned ones."""
    position = 0
    while position < len(message):
        tag, position = varint(message, position)
        kind = tag & 7
        if kind == 0:
            number, position = varint(message, position)
            yield tag >> 3, number
            continue
        if kind == 2:
            n_bytes, position = varint(message, position)
        elif kind in (1, 5):
            n_bytes = 8 if kind == 1 else 4
        else:
            raise DamagedMessageError("a message in it has a field of an unknown kind")
        content = message[position : position + n_bytes]
        if len(content) < n_bytes:
            raise DamagedMessageError("a message in it is cut")
        position += n_bytes
        yield tag >> 3, content if kind == 2 else int.from_bytes(content, "little")


def as_size(value: int | bytes) -> int:
    """The value of a field that holds a size, a place or a count."""
    if isinstance(value, bytes) or value > _INT64_MAX:
        raise DamagedMessageError("a message in it has a negative number or a text where a size is due")
    return value


def as_bytes(value: int | bytes) -> bytes:
    """The value of a field that holds a message or a text."""
    if isinstance(value, int):
        raise DamagedMessageError("a message in it has a number where a message is due")
    return value
