"""Which one of several gateways does what only one should do."""

from __future__ import annotations

import secrets

from redis.asyncio import Redis

from projector_chassis.errors import Unavailable
from projector_gateway.clients.redis import reaching_redis

# KEYS lock; ARGV token, milliseconds
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_GIVE_UP = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


class Leadership:
    """A lock in Redis that its holder renews; it expires when the holder is gone.

    Args:
        seconds: how long it holds without being renewed.
    """

    def __init__(self, redis: Redis, key: str, *, seconds: float) -> None:
        self._key = key
        self._milliseconds = round(1000 * seconds)
        self._token = secrets.token_hex(16)
        self._hold = redis.register_script(_HOLD)
        self._give_up = redis.register_script(_GIVE_UP)

    async def hold(self) -> bool:
        """Take or renew it; False while another gateway has it.

        Raises:
            Unavailable: Redis does not answer.
        """
        with reaching_redis():
            return bool(await self._hold(keys=[self._key], args=[self._token, self._milliseconds]))

    async def give_up(self) -> None:
        """Let another gateway take it at once; where Redis does not answer, it expires."""
        try:
            with reaching_redis():
                await self._give_up(keys=[self._key], args=[self._token])
        except Unavailable:
            return
