"""Controls: the schemas of REST <-> the messages that workers read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from projector_chassis.errors import InvalidArgument
from projector_contracts.compute.v1 import job_pb2
from projector_gateway.jobs.controls import AppliedControl, Control
from projector_gateway.jobs.fields import read_fields, write_fields
from projector_gateway.people.schemas import Person, read_person, write_person

_ACTIONS = [field.name for field in job_pb2.Control.DESCRIPTOR.oneofs_by_name["action"].fields]
_CONTROL: TypeAdapter[Control] = TypeAdapter(Control)


def encode_control(control: Control, *, by: Person, at: datetime) -> bytes:
    """The serialised Control of somebody."""
    message = job_pb2.Control(by=write_person(by))
    message.at.FromDatetime(at)
    write_fields(control, getattr(message, control.action))
    return message.SerializeToString()


def decode_control(message: job_pb2.Control) -> Control:
    """What a control asks for.

    Raises:
        InvalidArgument: it asks for nothing.
        ValidationError: of pydantic, for a value that is not allowed.
    """
    return _CONTROL.validate_python(_fields(message))


def decode_applied(message: job_pb2.AppliedControl) -> AppliedControl:
    """A control that a worker has logged."""
    control = message.control
    applied = AppliedControl.model_validate({"step": message.step, **_fields(control)})
    known: dict[str, object] = {}
    if control.HasField("by"):
        known["by"] = read_person(control.by)
    if control.HasField("at"):
        known["at"] = control.at.ToDatetime(tzinfo=UTC)
    return applied.model_copy(update=known)


def _fields(message: job_pb2.Control) -> dict[str, Any]:
    action = message.WhichOneof("action")
    if action is None:
        raise InvalidArgument(f"control names no action; allowed are {', '.join(_ACTIONS)}.")
    return {"action": action, **read_fields(getattr(message, action))}
