"""Which errors of Redis are told as a Redis that is out of reach."""

from __future__ import annotations

import pytest
from redis import exceptions

from projector_chassis.errors import NotFound, Unavailable
from projector_gateway.clients.redis import open_commands, open_subscriptions, open_waiting, reaching_redis

SECRET = "redis://:secret@10.0.0.7:6379"


@pytest.mark.parametrize(
    "error",
    [
        exceptions.ConnectionError(SECRET),
        exceptions.BusyLoadingError(SECRET),
        exceptions.TimeoutError(SECRET),
        exceptions.OutOfMemoryError(SECRET),
        TimeoutError(SECRET),
    ],
)
def test_a_redis_out_of_reach_is_unavailable_and_not_named(error: Exception) -> None:
    with pytest.raises(Unavailable) as told, reaching_redis():
        raise error
    assert "secret" not in told.value.message
    assert told.value.__cause__ is error


@pytest.mark.parametrize("error", [exceptions.ResponseError("WRONGTYPE"), NotFound("no such job"), ValueError("ours")])
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)), reaching_redis():
        raise error


async def test_every_client_is_bounded_and_gives_up() -> None:
    url = "redis://127.0.0.1:1/0"
    for client in (open_commands(url), open_waiting(url, longest_seconds=3), open_subscriptions(url)):
        pool = client.connection_pool
        assert 0 < pool.max_connections <= 1024
        assert 0 < pool.connection_kwargs["socket_connect_timeout"] <= 5
        await client.aclose()
    waiting = open_waiting(url, longest_seconds=3).connection_pool.connection_kwargs
    assert waiting["socket_timeout"] > 3
