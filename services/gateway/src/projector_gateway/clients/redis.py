"""Connections to Redis and the one place where its errors become the projector's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from projector_chassis.errors import Unavailable

CONNECT_SECONDS = 2.0
COMMAND_SECONDS = 5.0
_MAX_COMMANDS = 64
_MAX_WAITING = 64
_MAX_SUBSCRIPTIONS = 1024  # one a watched job, or an embedding that is open
_OUT_OF_REACH = (exceptions.ConnectionError, exceptions.TimeoutError, exceptions.OutOfMemoryError, TimeoutError)


def open_commands(url: str) -> Redis:
    """A client for short commands: bounded pool, each answer within a deadline, one retry on a stale connection."""
    return _open(url, answer_seconds=COMMAND_SECONDS, retries=1, max_connections=_MAX_COMMANDS)


def open_waiting(url: str, *, longest_seconds: float) -> Redis:
    """A client for blocking commands (BLPOP), apart so that waiting never takes a connection from short commands."""
    return _open(url, answer_seconds=longest_seconds + COMMAND_SECONDS, retries=0, max_connections=_MAX_WAITING)


def open_subscriptions(url: str) -> Redis:
    """A client for pub/sub: never retries by itself, because what was announced meanwhile would be lost unseen."""
    return _open(url, answer_seconds=None, retries=0, max_connections=_MAX_SUBSCRIPTIONS)


async def subscribe(subscription: PubSub, channel: str) -> None:
    """Return once Redis sends what is published from now on.

    Raises:
        TimeoutError: it does not confirm in time.
    """
    async with asyncio.timeout(COMMAND_SECONDS):
        await subscription.subscribe(channel)
        while (message := await subscription.get_message(timeout=COMMAND_SECONDS)) is None:
            continue
    assert message["type"] == "subscribe"


def _open(url: str, *, answer_seconds: float | None, retries: int, max_connections: int) -> Redis:
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=CONNECT_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=answer_seconds,
        retry=Retry(NoBackoff(), retries),
    )
    return Redis.from_pool(pool)


@contextmanager
def reaching_redis() -> Iterator[None]:
    """Turn a Redis that is away, too slow or full into ``Unavailable``; other errors are ours and pass."""
    try:
        yield
    except _OUT_OF_REACH as error:
        raise Unavailable("The store of running jobs does not answer; try again in a moment.") from error
