"""Asks the parts whether they do their work. Each question is short; whoever waits asks again."""

from __future__ import annotations

import asyncio
import http.client
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from redis.asyncio import Redis
from redis.exceptions import RedisError

from projector_cli.part import Probe

_TIMEOUT_SECONDS: Final = 2.0


def redis_answers(url: str) -> Probe:
    """PING."""

    async def probe() -> bool:
        async with Redis.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        ) as redis:
            try:
                await redis.ping()
            except RedisError:
                return False
        return True

    return probe


def redis_key_exists(url: str, key: str) -> Probe:
    """A worker that is ready renews a key."""

    async def probe() -> bool:
        async with Redis.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        ) as redis:
            try:
                return bool(await redis.exists(key))
            except RedisError:
                return False

    return probe


def grpc_serves(address: str) -> Probe:
    """The standard gRPC health service."""

    async def probe() -> bool:
        async with grpc.aio.insecure_channel(address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            try:
                reply = await stub.Check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)
            except grpc.aio.AioRpcError:
                return False
        return bool(reply.status == health_pb2.HealthCheckResponse.SERVING)

    return probe


def http_pages_open(host: str, port: int, *paths: str) -> Probe:
    """GET answers 200 for each path."""

    def ask() -> bool:
        connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=_TIMEOUT_SECONDS)
        try:
            for path in paths:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                if response.status != http.HTTPStatus.OK:
                    return False
        except http.client.HTTPException:
            return False
        finally:
            connection.close()
        return True

    async def probe() -> bool:
        return await asyncio.to_thread(ask)

    return probe
