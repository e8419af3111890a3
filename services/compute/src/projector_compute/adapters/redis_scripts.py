"""The scripts that write a job's keys. Redis 6.2 is enough.

Each runs as one transaction: it first checks that the caller's lease and slice number still hold and answers 0
otherwise, so that a slice which was taken over, redelivered or outlived its job can change nothing any more. All may be
repeated after a lost reply.
"""

from __future__ import annotations

from typing import Final

TAKE: Final = """
local number = redis.call('HGET', KEYS[1], 'number')
if not number then return 0 end
if ARGV[2] ~= '0' and (ARGV[2] ~= number or ARGV[3] ~= redis.call('HGET', KEYS[1], 'attempt')) then return 0 end
if redis.call('GET', KEYS[2]) ~= ARGV[1] and not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[4]) then
  return 0
end
return tonumber(number)
"""
"""KEYS slice, lease; ARGV token, slice number or 0 for the one that is due, attempt, lease in ms -> slice number."""

RENEW: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
"""KEYS lease; ARGV token, lease in ms."""

RELEASE: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
"""
"""KEYS lease; ARGV token."""

_GUARD = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('HGET', KEYS[1], 'number') ~= ARGV[2] then return 0 end
"""
_END_SLICE = """
redis.call('HSET', KEYS[1], 'number', ARGV[2] + 1, 'attempt', 0, 'ended_by', ARGV[1])
redis.call('DEL', KEYS[2])
"""

STORE_FRAME: Final = (
    _GUARD
    + """
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
for position = 7, #ARGV do redis.call('HDEL', KEYS[3], ARGV[position]) end
redis.call('SET', KEYS[4], ARGV[6])
redis.call('PUBLISH', ARGV[3], 'frame')
return 1
"""
)
"""KEYS slice, lease, frames, state; ARGV token, number, channel, sequence, frame, state, dropped sequences..."""

STORE_STATE: Final = (
    _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[4])
redis.call('PUBLISH', ARGV[3], 'state')
return 1
"""
)
"""KEYS slice, lease, state; ARGV token, number, channel, state."""

PAUSE: Final = (
    _GUARD
    + """
if #redis.call('XRANGE', KEYS[5], '(' .. ARGV[4], '+', 'COUNT', 1) > 0 then return 2 end
redis.call('SET', KEYS[3], ARGV[5])
redis.call('SET', KEYS[4], ARGV[6])
"""
    + _END_SLICE
    + """
redis.call('PUBLISH', ARGV[3], 'state')
return 1
"""
)
"""KEYS slice, lease, state, optimizer, controls; ARGV token, number, channel, cursor, state, optimizer
-> 2 where it is refused."""

HAND_OVER: Final = (
    "if redis.call('HGET', KEYS[1], 'ended_by') == ARGV[1] then return 1 end"
    + _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[3])
"""
    + _END_SLICE
    + "return 1"
)
"""KEYS slice, lease, optimizer; ARGV token, number, optimizer."""

FINISH: Final = (
    _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
for position = 6, #KEYS do redis.call('EXPIRE', KEYS[position], ARGV[5]) end
if redis.call('GET', KEYS[5]) == ARGV[6] then
  if ARGV[7] == '1' then redis.call('EXPIRE', KEYS[5], ARGV[5]) else redis.call('DEL', KEYS[5]) end
end
redis.call('PUBLISH', ARGV[3], 'state')
return 1
"""
)
"""KEYS slice, lease, state, optimizer, fingerprint, keys that expire...
ARGV token, number, channel, state, seconds to live, job id, 1 where the fingerprint stays."""
