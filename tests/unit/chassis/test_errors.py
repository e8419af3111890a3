from __future__ import annotations

import grpc
import pytest

from projector_chassis import errors
from projector_chassis.errors import PublicError, from_code

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PublicError)]


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in KINDS if kind is not PublicError]

    assert len(codes) == len(set(codes)) == 11


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not PublicError])
def test_an_error_survives_being_sent_as_its_code(kind: type[PublicError]) -> None:
    received = from_code(kind.code, "tsne.perplexity is 0; give at least 2.")

    assert type(received) is kind
    assert received.message == "tsne.perplexity is 0; give at least 2."


def test_an_unknown_code_is_internal() -> None:
    assert type(from_code("teapot", "")) is errors.Internal


def failed_call(status: grpc.StatusCode, details: str) -> grpc.aio.AioRpcError:
    """What a gRPC client raises."""
    return grpc.aio.AioRpcError(status, grpc.aio.Metadata(), grpc.aio.Metadata(), details=details)


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind not in {PublicError, errors.Internal, errors.Unavailable}]
)
def test_a_peers_public_text_is_passed_on(kind: type[PublicError]) -> None:
    error = errors.from_grpc(failed_call(kind.grpc_status, "labels.tsv has 3 rows, the tensor 5"))

    assert type(error) is kind
    assert error.message == "labels.tsv has 3 rows, the tensor 5"


@pytest.mark.parametrize("status", [grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN])
def test_a_peers_internal_text_is_not(status: grpc.StatusCode) -> None:
    error = errors.from_grpc(failed_call(status, "Traceback ... /home/user/secret"))

    assert type(error) is errors.Internal
    assert "secret" not in error.message
