"""Messages of an open page's WebSocket."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import DecodeError

from projector_chassis.errors import InvalidArgument
from projector_contracts.api.v1 import page_pb2
from projector_gateway.people.schemas import Person, write_person

MAX_SELECTED_ROWS = 1_000
MAX_CLIENT_EVENT_BYTES = 8 * 1024
_MAX_EMBEDDING_ID_CHARACTERS = 128
_MAX_JOB_ID_CHARACTERS = 64
_ROW_BYTES = 4

RUNS_CHANGED = page_pb2.PageEvent(runs_changed=page_pb2.RunsChanged()).SerializeToString()


@dataclass(frozen=True)
class Here:
    """Where a page is, as it says itself; ``selected_rows`` are uint32, little-endian."""

    embedding_id: str
    job_id: str
    hovered_row: int | None
    selected_rows: bytes
    is_sharing: bool


def decode_page_event(content: bytes) -> Here:
    """What a serialised PageClientEvent says.

    Raises:
        InvalidArgument: it says nothing, or more than it may.
    """
    if len(content) > MAX_CLIENT_EVENT_BYTES:
        raise InvalidArgument(f"A message has {len(content)} bytes; at most {MAX_CLIENT_EVENT_BYTES} are allowed.")
    try:
        event = page_pb2.PageClientEvent.FromString(content)
    except DecodeError as error:
        raise InvalidArgument("A message from the page is no PageClientEvent.") from error
    if not event.HasField("here"):
        raise InvalidArgument("A PageClientEvent must hold a here.")
    here = event.here
    _check_length("embedding_id", here.embedding_id, _MAX_EMBEDDING_ID_CHARACTERS)
    _check_length("job_id", here.job_id, _MAX_JOB_ID_CHARACTERS)
    n_rows, rest = divmod(len(here.selected_rows), _ROW_BYTES)
    if rest or n_rows > MAX_SELECTED_ROWS:
        raise InvalidArgument(
            f"selected_rows has {len(here.selected_rows)} bytes; allowed are 4 a row, of at most {MAX_SELECTED_ROWS}."
        )
    return Here(
        here.embedding_id,
        here.job_id,
        here.hovered_row if here.HasField("hovered_row") else None,
        here.selected_rows,
        here.is_sharing,
    )


def encode_present(page_id: str, person: Person, here: Here) -> bytes:
    """The serialised PageEvent by which other pages are told of one."""
    present = page_pb2.Present(
        page_id=page_id,
        person=write_person(person),
        job_id=here.job_id,
        hovered_row=here.hovered_row,
        selected_rows=here.selected_rows,
        is_sharing=here.is_sharing,
    )
    return page_pb2.PageEvent(present=present).SerializeToString()


def encode_gone(page_id: str) -> bytes:
    """The serialised PageEvent that tells that a page has gone."""
    return page_pb2.PageEvent(gone=page_pb2.Gone(page_id=page_id)).SerializeToString()


def encode_jobs_changed(embedding_id: str) -> bytes:
    """The serialised PageEvent that tells that the list of jobs is not what it was."""
    return page_pb2.PageEvent(jobs_changed=page_pb2.JobsChanged(embedding_id=embedding_id)).SerializeToString()


def _check_length(name: str, value: str, most: int) -> None:
    if len(value) > most:
        raise InvalidArgument(f"{name} has {len(value)} characters; at most {most} are allowed.")
