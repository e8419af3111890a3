"""What a program catches for each way a call can fail."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

import projector_client
from projector_chassis import errors as table
from projector_client import ProjectorError
from projector_client.errors import translated

KINDS = [
    kind
    for kind in vars(table).values()
    if isinstance(kind, type) and issubclass(kind, table.PublicError) and kind is not table.PublicError
]


class FailedCall(grpc.RpcError, grpc.Call):
    """What a synchronous gRPC client raises."""

    def __init__(self, status: grpc.StatusCode, details: str | None) -> None:
        self._status = status
        self._details = details

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return self._details  # type: ignore[return-value]  # gRPC's own type leaves out that there may be none

    def initial_metadata(self) -> Any:
        return ()

    def trailing_metadata(self) -> Any:
        return ()

    def is_active(self) -> bool:
        return False

    def time_remaining(self) -> float:
        return 0.0

    def cancel(self) -> bool:
        return False

    def add_callback(self, callback: object) -> bool:
        return False


def raised(status: grpc.StatusCode, details: str | None = "k is 0; allowed are 1 to 9.") -> ProjectorError:
    with pytest.raises(ProjectorError) as caught, translated():
        raise FailedCall(status, details)
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_of_the_table_keeps_its_code_and_words(kind: type[table.PublicError]) -> None:
    error = raised(kind.grpc_status)
    assert error.code == kind.code
    assert str(error) == "k is 0; allowed are 1 to 9."


@pytest.mark.parametrize("status", [grpc.StatusCode.UNKNOWN, grpc.StatusCode.CANCELLED, grpc.StatusCode.DATA_LOSS])
def test_any_other_failure_is_internal(status: grpc.StatusCode) -> None:
    assert (type(raised(status)), raised(status).code) == (ProjectorError, "internal")


def test_a_failure_without_words_names_its_status() -> None:
    assert "UNAVAILABLE" in str(raised(grpc.StatusCode.UNAVAILABLE, None))


def test_every_error_can_be_caught_by_name_and_as_one() -> None:
    exported = {name: getattr(projector_client, name) for name in projector_client.__all__}
    names = {kind.__name__ for kind in KINDS} - {"Internal"}
    assert names <= exported.keys()
    assert all(issubclass(exported[name], ProjectorError) for name in names)


def test_what_is_no_failed_call_passes() -> None:
    with pytest.raises(ValueError, match="other"), translated():
        raise ValueError("other")
