"""The scripts by which the gateway writes a job's keys, each one transaction; ``projector_contracts.names`` tells what
the keys hold and who writes what.
"""

from __future__ import annotations

from typing import Final

from projector_contracts.names import JobId, due_key, fingerprint_key, slice_key

_LUA_JOB = JobId("' .. job .. '")

CREATE: Final = f"""
local holder = redis.call('GET', KEYS[5])
if holder and ARGV[6] ~= '*' and holder ~= ARGV[6] then return holder end
local active = redis.call('SMEMBERS', KEYS[7])
if #active >= tonumber(ARGV[10]) then return 'all' end
local n_own = 0
for _, job in ipairs(active) do
  if redis.call('HGET', '{slice_key(_LUA_JOB)}', 'owner') == ARGV[7] then n_own = n_own + 1 end
end
if n_own >= tonumber(ARGV[9]) then return 'own' end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
redis.call('HSET', KEYS[3], 'number', 1, 'attempt', 0, 'owner', ARGV[7], 'embedding', ARGV[8])
redis.call('SET', KEYS[4], ARGV[3])
redis.call('SET', KEYS[5], ARGV[4])
redis.call('ZADD', KEYS[6], ARGV[5], ARGV[4])
redis.call('SADD', KEYS[7], ARGV[4])
redis.call('ZADD', KEYS[8], ARGV[5], ARGV[4])
redis.call('PUBLISH', 'jobs', ARGV[8])
return ARGV[4]
"""
"""KEYS spec, state, slice, job's fingerprint, fingerprint:{hash}, jobs, jobs:active, due
ARGV spec, state, hash, job id, creation time, id of the job that may be replaced ("*": any), owner, embedding,
most unfinished jobs of one owner, most of all
-> id of the job that holds the fingerprint now; ``own`` or ``all`` where that limit is reached."""

RELEASE: Final = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""
"""KEYS fingerprint:{hash}; ARGV job id."""

CONTROL: Final = f"""
local slice = redis.call('HMGET', KEYS[1], 'number', 'holder', 'machine')
if not slice[1] then return {{0}} end
redis.call('XADD', KEYS[2], '*', 'control', ARGV[1])
local home = slice[3] and '{due_key("' .. slice[3] .. '")}' or KEYS[3]
if not slice[2] and not redis.call('ZSCORE', KEYS[3], ARGV[3]) then redis.call('ZADD', home, 'NX', ARGV[2], ARGV[3]) end
return {{1, slice[3] or ''}}
"""
"""KEYS slice, controls, due; ARGV control, now, job id
-> 0 where the job has ended, which must get no key that never expires; else 1 and the machine to wake, if one."""

DELETE: Final = f"""
local machine = redis.call('HGET', KEYS[1], 'machine')
local hash = redis.call('GET', KEYS[2])
if hash then
  local key = '{fingerprint_key("' .. hash .. '")}'
  if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
end
redis.call('ZREM', KEYS[3], ARGV[1])
if machine then redis.call('ZREM', '{due_key("' .. machine .. '")}', ARGV[1]) end
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('SREM', KEYS[5], ARGV[1])
redis.call('SREM', KEYS[6], ARGV[1])
redis.call('DEL', KEYS[1], KEYS[2])
for position = 7, #KEYS do redis.call('DEL', KEYS[position]) end
redis.call('PUBLISH', ARGV[2], 'state')
redis.call('PUBLISH', 'jobs', ARGV[3])
return 1
"""
"""KEYS slice, job's fingerprint, due, jobs, jobs:active, jobs:ended, further keys of the job...
ARGV job id, channel, embedding id. A worker that still has the slice loses it with its next write."""

MOVE: Final = """
local slice = redis.call('HMGET', KEYS[1], 'number', 'attempt', 'holder')
if slice[1] ~= ARGV[1] or slice[2] ~= ARGV[2] or (slice[3] or '') ~= ARGV[3] then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
if slice[3] then
  redis.call('HINCRBY', KEYS[1], 'attempt', 1)
  redis.call('HDEL', KEYS[1], 'holder')
end
if ARGV[4] == '1' then
  local since = redis.call('ZSCORE', KEYS[4], ARGV[5]) or redis.call('ZSCORE', KEYS[5], ARGV[5]) or ARGV[6]
  redis.call('ZREM', KEYS[4], ARGV[5])
  redis.call('ZADD', KEYS[5], since, ARGV[5])
end
redis.call('SET', KEYS[3], ARGV[7])
redis.call('PUBLISH', ARGV[8], 'state')
return 1
"""
"""KEYS slice, lease, state, set of due jobs to take it from, set to put it into
ARGV number, attempt, holder as they were seen, 1 where it shall be due, job id, now, state, channel
-> 0 where a worker has it, or anything has changed since it was looked at. A holder's attempt has failed."""

THIN: Final = """
local newest = ARGV[1]
for _, sequence in ipairs(redis.call('HKEYS', KEYS[1])) do
  if sequence ~= newest then redis.call('HDEL', KEYS[1], sequence) end
end
return 1
"""
"""KEYS frames; ARGV sequence of the newest frame, the only one that stays."""
