"""What workers answer to questions."""

from __future__ import annotations

from projector_chassis.errors import from_code
from projector_contracts.compute.v1 import query_pb2


def read_answer(content: bytes) -> query_pb2.QueryAnswer:
    """A serialised QueryAnswer that holds what was asked for.

    Raises:
        PublicError: the failure that the worker answered with.
    """
    answer = query_pb2.QueryAnswer.FromString(content)
    if answer.WhichOneof("outcome") == "failure":
        raise from_code(answer.failure.code, answer.failure.message)
    return answer
