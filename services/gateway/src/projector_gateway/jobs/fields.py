"""Schemas and messages whose fields have the same names and differ in nothing but how a value is written."""

from __future__ import annotations

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from pydantic import BaseModel

_TEXT_OR_BYTES = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)


def write_fields(schema: BaseModel, message: Message) -> None:
    """Set the fields of a message from those of the same name; None leaves one absent."""
    message.SetInParent()
    for name, field in message.DESCRIPTOR.fields_by_name.items():
        value = getattr(schema, name)
        if value is None:
            continue
        if field.message_type is not None:
            write_fields(value, getattr(message, name))
        elif field.enum_type is not None:
            setattr(message, name, field.enum_type.values_by_name[value.upper()].number)
        elif field.is_repeated:
            getattr(message, name).extend(value)
        else:
            setattr(message, name, value)


def read_fields(message: Message) -> dict[str, Any]:
    """What a message gives, by names; an absent field is left to the schema's default.

    A plain number is given even where it is 0. An enum's number that nobody knows stays one, for the schema to refuse.
    """
    given: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.is_repeated:
            is_given = len(value) > 0
        elif field.has_presence:
            is_given = message.HasField(field.name)
        else:
            is_given = bool(value) or (field.enum_type is None and field.type not in _TEXT_OR_BYTES)
        if is_given:
            given[field.name] = _plain(field, value)
    return given


def _plain(field: Any, value: Any) -> Any:
    if field.is_repeated:
        return list(value)
    if field.message_type is not None:
        return read_fields(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return value if known is None else known.name.lower()
    return value
