"""Controls <-> protobuf."""

from __future__ import annotations

from datetime import UTC

from projector_chassis.errors import Internal
from projector_compute.controls import (
    Action,
    Control,
    ControlEntry,
    Person,
    Perturb,
    SetExaggeration,
    SetLearningRate,
    Supervise,
)
from projector_compute.projection_messages import read_supervision
from projector_contracts.common.v1 import person_pb2
from projector_contracts.compute.v1 import job_pb2


def decode_entry(cursor: str, content: bytes) -> ControlEntry:
    """An entry of the control stream."""
    return read_entry(cursor, job_pb2.Control.FromString(content))


def read_entry(cursor: str, message: job_pb2.Control) -> ControlEntry:
    """The same of a message."""
    return ControlEntry(
        cursor,
        read_control(message),
        read_person(message.by) if message.HasField("by") else None,
        message.at.ToDatetime(UTC) if message.HasField("at") else None,
    )


def tell_entry(entry: ControlEntry) -> job_pb2.Control:
    """An entry as it is told again, without the labels of a supervision."""
    message = tell_control(entry.action)
    if entry.by is not None:
        message.by.CopyFrom(write_person(entry.by))
    if entry.at is not None:
        message.at.FromDatetime(entry.at)
    return message


def read_person(message: person_pb2.Person) -> Person:
    return Person(message.id, message.name)


def write_person(person: Person) -> person_pb2.Person:
    return person_pb2.Person(id=person.id, name=person.name)


def read_control(message: job_pb2.Control) -> Control:
    """What a Control asks for; one that a newer gateway knows and this worker does not is an Internal error."""
    match message.WhichOneof("action"):
        case "perturb":
            return Perturb()
        case "set_learning_rate":
            return SetLearningRate(message.set_learning_rate.learning_rate)
        case "set_exaggeration":
            return SetExaggeration(message.set_exaggeration.exaggeration)
        case "supervise":
            return Supervise(read_supervision(message.supervise.supervision))
        case None:
            raise Internal("A control that this version does not know was asked for.")
        case action:
            return Action(action)


def tell_control(control: Control) -> job_pb2.Control:
    """A control as it is told again, without the labels of a supervision."""
    match control:
        case Action.PAUSE:
            return job_pb2.Control(pause=job_pb2.Pause())
        case Action.RESUME:
            return job_pb2.Control(resume=job_pb2.Resume())
        case Action.STOP:
            return job_pb2.Control(stop=job_pb2.Stop())
        case Perturb():
            return job_pb2.Control(perturb=job_pb2.Perturb())
        case SetLearningRate(learning_rate):
            return job_pb2.Control(set_learning_rate=job_pb2.SetLearningRate(learning_rate=learning_rate))
        case SetExaggeration(exaggeration):
            return job_pb2.Control(set_exaggeration=job_pb2.SetExaggeration(exaggeration=exaggeration))
        case Supervise(supervision):
            told = job_pb2.Supervision(
                weight=supervision.weight, column=supervision.column, ignored_label=supervision.ignored_label or None
            )
            return job_pb2.Control(supervise=job_pb2.Supervise(supervision=told))
