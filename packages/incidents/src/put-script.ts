/** The scripts that change the store: put one incident, and drop what the limits no longer allow. */
import { KEYS } from './keys.ts';
import { LuaScript } from './lua-script.ts';

/** KEYS of both scripts, in this order. */
export const SCRIPT_KEYS: readonly string[] = [
  KEYS.verdicts,
  KEYS.records,
  KEYS.byTime,
  KEYS.evidence,
  KEYS.evidenceByTime,
  KEYS.groups,
  KEYS.groupCounts,
  KEYS.groupFirstSeen,
  KEYS.groupsByTime,
  KEYS.groupMembers,
  KEYS.counts,
];

/** Incidents dropped per call at most, so that no call holds Redis for long; the next call goes on. */
const MAX_DROPPED = 200;

/**
 * Shared by both scripts. Times are strings of 16 digits: cjson would round them to 14 (lua_cjson, DEFAULT_ENCODE_NUMBER_PRECISION).
 * A group lives while it has a member; its count is of all incidents that were ever in it, so dropping old ones leaves it.
 */
const SHARED = `
local VERDICTS, RECORDS, BY_TIME, EVIDENCE, EVIDENCE_BY_TIME = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local GROUPS, GROUP_COUNTS, GROUP_FIRST, GROUPS_BY_TIME, MEMBERS = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local COUNTS = KEYS[11]

-- lines that an incident stands for: its own, and those grouped with it in a storm
local function linesOf(record)
  return 1 + (tonumber(record.grouped) or 0)
end

local function edgeMember(group, command, from, to)
  return redis.call(command, MEMBERS, from, to, 'LIMIT', 0, 1)[1]
end

local function memberTime(group, member)
  return string.sub(member, #group + 2, #group + 17)
end

local function refreshGroup(group)
  local newest = edgeMember(group, 'ZREVRANGEBYLEX', '(' .. group .. ';', '[' .. group .. ':')
  if newest then
    redis.call('ZADD', GROUPS_BY_TIME, memberTime(group, newest), group)
    return
  end
  redis.call('HDEL', GROUPS, group)
  redis.call('HDEL', GROUP_COUNTS, group)
  redis.call('HDEL', GROUP_FIRST, group)
  redis.call('ZREM', GROUPS_BY_TIME, group)
end

local function removeMember(id, record)
  redis.call('ZREM', MEMBERS, record.groupId .. ':' .. record.createdAtUs .. ':' .. id)
end

local function leaveGroup(id, record)
  local group = record.groupId
  if group == '' then return end
  removeMember(id, record)
  redis.call('HINCRBY', GROUP_COUNTS, group, -linesOf(record))
  local oldest = edgeMember(group, 'ZRANGEBYLEX', '[' .. group .. ':', '(' .. group .. ';')
  if oldest and redis.call('HGET', GROUP_FIRST, group) == record.createdAtUs then
    redis.call('HSET', GROUP_FIRST, group, memberTime(group, oldest))
  end
  refreshGroup(group)
end

local function joinGroup(id, record, about)
  local group = record.groupId
  if group == '' then return end
  redis.call('ZADD', MEMBERS, 0, group .. ':' .. record.createdAtUs .. ':' .. id)
  redis.call('HINCRBY', GROUP_COUNTS, group, linesOf(record))
  redis.call('HSET', GROUPS, group, about)
  local first = redis.call('HGET', GROUP_FIRST, group)
  if not first or record.createdAtUs < first then
    redis.call('HSET', GROUP_FIRST, group, record.createdAtUs)
  end
  refreshGroup(group)
end

local function dropEvidence(id)
  local len = redis.call('HSTRLEN', EVIDENCE, id)
  if len == 0 then return end
  redis.call('HINCRBY', COUNTS, 'evidence-bytes', -len)
  redis.call('HDEL', EVIDENCE, id)
  redis.call('ZREM', EVIDENCE_BY_TIME, id)
end

local function keepEvidence(id, createdAtUs, bytes)
  dropEvidence(id)
  if bytes == '' then return end
  redis.call('HSET', EVIDENCE, id, bytes)
  redis.call('ZADD', EVIDENCE_BY_TIME, createdAtUs, id)
  redis.call('HINCRBY', COUNTS, 'evidence-bytes', #bytes)
end

local function dropIncident(id)
  local record = cjson.decode(redis.call('HGET', RECORDS, id))
  dropEvidence(id)
  redis.call('HDEL', VERDICTS, id)
  redis.call('HDEL', RECORDS, id)
  redis.call('ZREM', BY_TIME, id)
  if record.groupId ~= '' then
    removeMember(id, record)
    refreshGroup(record.groupId)
  end
end

local function retain(oldestUs, maxIncidents, maxEvidenceBytes)
  local dropped = redis.call('ZRANGEBYSCORE', BY_TIME, '-inf', '(' .. oldestUs, 'LIMIT', 0, ${MAX_DROPPED})
  for _, id in ipairs(dropped) do dropIncident(id) end
  local excess = math.min(redis.call('ZCARD', BY_TIME) - maxIncidents, ${MAX_DROPPED})
  if excess > 0 then
    for _, id in ipairs(redis.call('ZRANGE', BY_TIME, 0, excess - 1)) do dropIncident(id) end
  end
  for _ = 1, ${MAX_DROPPED} do
    if tonumber(redis.call('HGET', COUNTS, 'evidence-bytes') or '0') <= maxEvidenceBytes then break end
    dropEvidence(redis.call('ZRANGE', EVIDENCE_BY_TIME, 0, 0)[1])
  end
  return #dropped + math.max(excess, 0)
end
`;

/**
 * Puts one incident.
 *
 * KEYS: SCRIPT_KEYS.
 * ARGV: 1 oldest createdAtUs allowed, 2 incidents at most, 3 evidence bytes at most, 4 incident id, 5 verdict JSON,
 * 6 createdAtUs (16 digits), 7 node, 8 resetTsUs or '', 9 group id or '', 10 JSON of what the group shares or '',
 * 11 counter of the answer, 12 pcapng bytes or '', 13 channel, 14 lines grouped with this one.
 * Returns 'created', 'amended' or 'unchanged'.
 *
 * Invariant: an id is in one group at most and is counted once, under its latest answer. A repeated call with the same
 * verdict changes nothing, so a retry after a lost reply is safe. Publishes the id when something changed.
 */
export const PUT_SCRIPT: LuaScript = new LuaScript(`${SHARED}
local id, verdict, about, counter = ARGV[4], ARGV[5], ARGV[10], ARGV[11]
local known = redis.call('HGET', VERDICTS, id)
if known == verdict then return 'unchanged' end
local record = { createdAtUs = ARGV[6], amendedAtUs = '', node = ARGV[7], resetTsUs = ARGV[8], groupId = ARGV[9], counter = counter, grouped = ARGV[14] }
if known then
  local before = cjson.decode(redis.call('HGET', RECORDS, id))
  record.createdAtUs = before.createdAtUs
  record.amendedAtUs = ARGV[6]
  redis.call('HINCRBY', COUNTS, before.counter, -linesOf(before))
  if before.groupId ~= record.groupId then leaveGroup(id, before) end
  if before.groupId == record.groupId then
    if record.groupId ~= '' then redis.call('HSET', GROUPS, record.groupId, about) end
  else
    joinGroup(id, record, about)
  end
else
  joinGroup(id, record, about)
end
redis.call('HSET', VERDICTS, id, verdict)
redis.call('HSET', RECORDS, id, cjson.encode(record))
redis.call('ZADD', BY_TIME, record.createdAtUs, id)
redis.call('HINCRBY', COUNTS, counter, linesOf(record))
keepEvidence(id, record.createdAtUs, ARGV[12])
retain(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
redis.call('PUBLISH', ARGV[13], id)
return known and 'amended' or 'created'
`);

/**
 * Drops what the limits no longer allow.
 *
 * KEYS: SCRIPT_KEYS. ARGV: 1 to 3 as in PUT_SCRIPT. Returns how many incidents were dropped. Safe to repeat.
 */
export const PRUNE_SCRIPT: LuaScript = new LuaScript(`${SHARED}
return retain(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
`);
