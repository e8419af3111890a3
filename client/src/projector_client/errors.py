"""What can go wrong, by the code of the projector's error table.

ProjectorError
  InvalidArgument    Unauthenticated   PermissionDenied   NotFound   Conflict    StaleVersion
  TooLarge           RateLimited       Deadline           Unavailable            JobFailed
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import grpc


class ProjectorError(Exception):
    """An answer other than the one asked for; the message says what is wrong and what to do.

    Attributes:
        code: the code of the error table, for example ``"not_found"``.
    """

    code = "internal"


class InvalidArgument(ProjectorError):
    """A parameter has a value that is not allowed."""

    code = "invalid_argument"


class Unauthenticated(ProjectorError):
    """The projector does not know who asks."""

    code = "unauthenticated"


class PermissionDenied(ProjectorError):
    """Whoever asks may not do this."""

    code = "permission_denied"


class NotFound(ProjectorError):
    """No such embedding, job or frame."""

    code = "not_found"


class Conflict(ProjectorError):
    """Not possible in the present state, for example pausing a job that has ended."""

    code = "conflict"


class StaleVersion(ProjectorError):
    """Somebody else has changed it meanwhile."""

    code = "stale_version"


class TooLarge(ProjectorError):
    """More than the projector takes or gives at once."""

    code = "too_large"


class RateLimited(ProjectorError):
    """Too many requests; try again later."""

    code = "rate_limited"


class Deadline(ProjectorError):
    """The projector did not answer in time."""

    code = "deadline"


class Unavailable(ProjectorError):
    """The projector, or a part of it, cannot be reached."""

    code = "unavailable"


class JobFailed(ProjectorError):
    """The job ended with a failure; ``code`` is the failure's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_BY_STATUS: dict[grpc.StatusCode, type[ProjectorError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.FAILED_PRECONDITION: Conflict,
    grpc.StatusCode.ABORTED: StaleVersion,
    grpc.StatusCode.OUT_OF_RANGE: TooLarge,
    grpc.StatusCode.RESOURCE_EXHAUSTED: RateLimited,
    grpc.StatusCode.DEADLINE_EXCEEDED: Deadline,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise gRPC's errors as those of this module."""
    try:
        yield
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):
            raise
        kind = _BY_STATUS.get(error.code(), ProjectorError)
        raise kind(error.details() or str(error.code())) from error
