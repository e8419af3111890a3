"""The scripts that write a job's keys. Redis 6.2 is enough.

Each runs as one transaction: it first checks that the caller's lease and slice number still hold and answers 0
otherwise, so that a slice which was taken over or outlived its job can change nothing any more. All may be repeated
after a lost reply. What the keys hold stands in ``projector_contracts.names``.
"""

from __future__ import annotations

from typing import Final

from projector_contracts.names import JobId, lease_key, slice_key

_LUA_JOB = JobId("' .. job .. '")

_SHARE = """
local clock = tonumber(redis.call('GET', KEYS[2]) or '0')
local function share(owner) return math.max(tonumber(redis.call('ZSCORE', KEYS[1], owner) or '0'), clock) end
"""
"""KEYS shares, clock, ..."""

TAKE: Final = (
    _SHARE
    + f"""
local function slice_of(job) return '{slice_key(_LUA_JOB)}' end
local function lease_of(job) return '{lease_key(_LUA_JOB)}' end
"""
    + """
while true do
  local best
  for set = 3, 4 do
    local due = redis.call('ZRANGE', KEYS[set], 0, -1, 'WITHSCORES')
    for position = 1, #due, 2 do
      local owner = redis.call('HGET', slice_of(due[position]), 'owner') or ''
      local found = {job = due[position], since = tonumber(due[position + 1]), owner = owner, share = share(owner)}
      if not best or found.share < best.share or (found.share == best.share and found.since < best.since) then
        best = found
      end
    end
  end
  if not best then return {} end
  redis.call('ZREM', KEYS[3], best.job)
  redis.call('ZREM', KEYS[4], best.job)
  local slice = redis.call('HMGET', slice_of(best.job), 'number', 'attempt')
  if slice[1] and redis.call('SET', lease_of(best.job), ARGV[1], 'NX', 'PX', ARGV[3]) then
    redis.call('HSET', slice_of(best.job), 'holder', ARGV[1], 'machine', ARGV[2], 'lease_ms', ARGV[3])
    redis.call('SET', KEYS[2], tostring(math.max(clock, best.share)))
    return {best.job, tonumber(slice[1]), tonumber(slice[2]), best.owner}
  end
end
"""
)
"""KEYS shares, clock, due, due of the machine; ARGV token, machine, lease in ms
-> job id, slice number, attempt, owner; nothing where nothing is due."""

LEAVE: Final = (
    _SHARE
    + """
redis.call('ZADD', KEYS[1], tostring(share(ARGV[2]) + tonumber(ARGV[3])), ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', clock - 3600)
if redis.call('HGET', KEYS[3], 'holder') == ARGV[1] then
  if redis.call('GET', KEYS[4]) == ARGV[1] then redis.call('DEL', KEYS[4]) end
  redis.call('HDEL', KEYS[3], 'holder')
  redis.call('ZADD', KEYS[5], ARGV[4], ARGV[5])
end
return redis.call('ZCARD', KEYS[5]) + redis.call('ZCARD', KEYS[6])
"""
)
"""KEYS shares, clock, slice, lease, due of the machine, due; ARGV token, owner, seconds of work, now, job id
-> how much is due here. A slice that was left before its end is due again."""

RENEW: Final = """
local lease = redis.call('GET', KEYS[2])
if lease == ARGV[1] then return redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
if lease or redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
"""
"""KEYS slice, lease; ARGV token, lease in ms. A lease that has expired meanwhile is taken up where nobody else has."""

_GUARD = """
local slice = redis.call('HMGET', KEYS[1], 'number', 'holder', 'lease_ms')
if slice[1] ~= ARGV[2] or slice[2] ~= ARGV[1] then return 0 end
local lease = redis.call('GET', KEYS[2])
if not lease then redis.call('SET', KEYS[2], ARGV[1], 'PX', slice[3]) elseif lease ~= ARGV[1] then return 0 end
"""
_END_SLICE = """
redis.call('HSET', KEYS[1], 'number', ARGV[2] + 1, 'attempt', 0, 'ended_by', ARGV[1])
redis.call('HDEL', KEYS[1], 'holder')
redis.call('DEL', KEYS[2])
"""
_TELL_LIST = "redis.call('PUBLISH', 'jobs', redis.call('HGET', KEYS[1], 'embedding') or '')"

STORE_FRAME: Final = (
    _GUARD
    + """
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[5], ARGV[4], ARGV[7])
for position = 9, 8 + ARGV[8] do redis.call('HDEL', KEYS[3], ARGV[position]) end
for position = 9 + ARGV[8], #ARGV do redis.call('HDEL', KEYS[5], ARGV[position]) end
redis.call('SET', KEYS[4], ARGV[6])
redis.call('PUBLISH', ARGV[3], 'frame')
return 1
"""
)
"""KEYS slice, lease, frames, state, losses
ARGV token, number, channel, sequence, frame, state, loss, n, n dropped frames..., dropped losses..."""

STORE_STATE: Final = (
    _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[4])
redis.call('PUBLISH', ARGV[3], 'state')
if ARGV[5] == '1' then """
    + _TELL_LIST
    + """ end
return 1
"""
)
"""KEYS slice, lease, state; ARGV token, number, channel, state, 1 where lists of jobs change by it."""

SAVE: Final = (
    _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[3])
redis.call('HSET', KEYS[1], 'attempt', 0)
return 1
"""
)
"""KEYS slice, lease, optimizer; ARGV token, number, optimizer. What gets on is no danger to its workers."""

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
"""
    + _TELL_LIST
    + """
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
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[5])
"""
    + _END_SLICE
    + "return 1"
)
"""KEYS slice, lease, optimizer, due; ARGV token, number, optimizer, now, job id."""

FINISH: Final = (
    _GUARD
    + """
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5])
redis.call('SREM', KEYS[6], ARGV[6])
if ARGV[8] == '1' then redis.call('SADD', KEYS[7], ARGV[6]) end
"""
    + _TELL_LIST
    + """
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
for position = 8, #KEYS do redis.call('EXPIRE', KEYS[position], ARGV[5]) end
if redis.call('GET', KEYS[5]) == ARGV[6] then
  if ARGV[7] == '1' then redis.call('EXPIRE', KEYS[5], ARGV[5]) else redis.call('DEL', KEYS[5]) end
end
redis.call('PUBLISH', ARGV[3], 'state')
return 1
"""
)
"""KEYS slice, lease, state, optimizer, fingerprint, jobs:active, jobs:ended, keys that expire...
ARGV token, number, channel, state, seconds to live, job id, 1 where the fingerprint stays, 1 where there is a result"""
