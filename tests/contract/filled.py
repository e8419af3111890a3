"""Protobuf messages with every field set to a value of its own, so that one that gets lost is missed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from projector_contracts.compute.v1 import job_pb2

_Message = TypeVar("_Message", bound=Message)


def filled(kind: type[_Message], *, leave_out: frozenset[str] = frozenset(), **chosen: str) -> _Message:
    """A message with every field set.

    Args:
        leave_out: full names of fields that stay empty.
        chosen: for a oneof of the message, by its name, which field is set; else the first.
    """
    message = kind()
    _fill(message, leave_out, chosen, count(1))
    return message


def _fill(message: Any, leave_out: frozenset[str], chosen: dict[str, str], numbers: Iterator[int]) -> None:
    descriptor: Descriptor = message.DESCRIPTOR
    skipped = {
        field.name
        for oneof in descriptor.oneofs
        for field in oneof.fields
        if len(oneof.fields) > 1 and field.name != chosen.get(oneof.name, oneof.fields[0].name)
    }
    for field in descriptor.fields:
        if field.name in skipped or field.full_name in leave_out:
            continue
        if field.message_type is not None:
            part = getattr(message, field.name)
            _fill(part.add() if field.is_repeated else part, leave_out, chosen, numbers)
            if not field.is_repeated:
                part.SetInParent()
        elif field.is_repeated:
            getattr(message, field.name).append(_value(field, next(numbers)))
        else:
            setattr(message, field.name, _value(field, next(numbers)))


def _value(field: FieldDescriptor, number: int) -> object:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            is_bulk = field.type == FieldDescriptor.TYPE_BYTES
            return number.to_bytes(4, "little") if is_bulk else f"{field.name} {number}"
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_ENUM:
            assert field.enum_type is not None
            return field.enum_type.values[-1].number
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return number + 0.5
        case _:
            return number * 1000 if field.name == "nanos" else number  # Python's moments have microseconds


def valid_tsne() -> job_pb2.JobSpec:
    """The spec of a t-SNE of one row, with every field set to what it may be."""
    spec = filled(job_pb2.JobSpec, projection="tsne")
    tsne = spec.tsne
    tsne.n_dims = 3
    tsne.early_momentum, tsne.late_momentum, tsne.supervision.weight = 0.25, 0.75, 0.5
    tsne.initial_layout = bytes(range(12))
    return spec
