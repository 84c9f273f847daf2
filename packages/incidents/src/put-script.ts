/** The scripts that change the store: put one incident, and drop what the limits no longer allow. */
import { GROUP_LUA } from './group-lua.ts';
import { LuaScript } from './lua-script.ts';
import { STORE_LUA } from './store-lua.ts';

/** Incidents dropped per call at most, so that no call holds Redis for long (some 4 ms, measured); the next call goes on. */
export const MAX_DROPPED = 50;

/** Events waiting at most; one more is lost, and counted. A receiver that is gone must not fill Redis. */
const MAX_EVENTS = 1000;

/** Goes after GROUP_LUA. */
export const RETAIN_LUA: string = `
local function dropEvidence(id, record)
  local len = redis.call('HSTRLEN', EVIDENCE, id)
  if len == 0 then return end
  redis.call('HINCRBY', COUNTS, 'evidence-bytes', -len)
  redis.call('HDEL', EVIDENCE, id)
  redis.call('ZREM', INDEX, memberOf(EVIDENCE_TERM, id, record))
end

local function keepEvidence(id, record, bytes)
  dropEvidence(id, record)
  if bytes == '' then return end
  redis.call('HSET', EVIDENCE, id, bytes)
  redis.call('ZADD', INDEX, 0, memberOf(EVIDENCE_TERM, id, record))
  redis.call('HINCRBY', COUNTS, 'evidence-bytes', #bytes)
end

local function dropIncident(id)
  local record = cjson.decode(redis.call('HGET', RECORDS, id))
  dropEvidence(id, record)
  removeTerms(id, record)
  redis.call('HDEL', VERDICTS, id)
  redis.call('HDEL', RECORDS, id)
  redis.call('HDEL', BRIEFS, id)
  redis.call('HDEL', TEXTS, id)
  if record.groupId ~= '' then refreshGroup(record.groupId) end
end

local function retain(oldestUs, maxIncidents, maxEvidenceBytes)
  local dropped = 0
  local excess = redis.call('HLEN', RECORDS) - maxIncidents
  for _, member in ipairs(oldestOf(ALL, ${MAX_DROPPED})) do
    if timeIn(ALL, member) >= oldestUs and dropped >= excess then break end
    dropIncident(idIn(ALL, member))
    dropped = dropped + 1
  end
  for _ = 1, ${MAX_DROPPED} do
    if tonumber(redis.call('HGET', COUNTS, 'evidence-bytes') or '0') <= maxEvidenceBytes then break end
    local id = idIn(EVIDENCE_TERM, oldestOf(EVIDENCE_TERM, 1)[1])
    dropEvidence(id, cjson.decode(redis.call('HGET', RECORDS, id)))
  end
  return dropped
end
`;

/**
 * Puts one incident.
 *
 * KEYS: STORE_KEYS.
 * ARGV: 1 oldest createdAtUs allowed (16 digits), 2 incidents at most, 3 evidence bytes at most, 4 incident id, 5 verdict JSON,
 * 6 record JSON (stored-incident.ts), 7 JSON of what the group shares or '', 8 text for searches, 9 pcapng bytes or '',
 * 10 channel, 11 microseconds of silence after which a group's next incident is news, 12 milliseconds until news may be
 * sent, '' when nobody wants news, 13 JSON of what lists show.
 * Returns 'created', 'amended' or 'unchanged'.
 *
 * Invariant: an id is in one group at most and is counted once, under its latest answer; no key holds an id that RECORDS does
 * not hold. A repeated call with the same verdict changes nothing, so a retry after a lost reply is safe: neither counts nor
 * news come twice. A group has one event at most; a newer one replaces it. Publishes the id when something changed.
 */
export const PUT_SCRIPT: LuaScript = new LuaScript(`${STORE_LUA}${GROUP_LUA}${RETAIN_LUA}
local id, verdict, about = ARGV[4], ARGV[5], ARGV[7]
local known = redis.call('HGET', VERDICTS, id)
if known == verdict then return 'unchanged' end

local record = cjson.decode(ARGV[6])
local before = known and cjson.decode(redis.call('HGET', RECORDS, id))
if before then
  record.amendedAtUs = record.createdAtUs
  record.createdAtUs = before.createdAtUs
  redis.call('HINCRBY', COUNTS, before.counter, -linesOf(before))
  removeTerms(id, before)
end
local joins = record.groupId ~= '' and not (before and before.groupId == record.groupId)
local news = joins and newsOf(record, tonumber(ARGV[11]))

addTerms(id, record)
redis.call('HSET', VERDICTS, id, verdict)
redis.call('HSET', RECORDS, id, cjson.encode(record))
redis.call('HSET', TEXTS, id, ARGV[8])
redis.call('HSET', BRIEFS, id, ARGV[13])
redis.call('HINCRBY', COUNTS, record.counter, linesOf(record))
if record.groupId ~= '' then joinGroup(record, about) end
if before and before.groupId ~= '' then leaveGroup(before) end
keepEvidence(id, record, ARGV[9])

if news and ARGV[12] ~= '' then
  local group = record.groupId
  if redis.call('ZCARD', OUTBOX) < ${MAX_EVENTS} or redis.call('HEXISTS', EVENTS, group) == 1 then
    local event = { id = group .. '-' .. record.createdAtUs, kind = news, groupId = group, atUs = record.createdAtUs, attempts = 0 }
    redis.call('HSET', EVENTS, group, cjson.encode(event))
    redis.call('ZADD', OUTBOX, nowMs() + ARGV[12], group)
  else
    redis.call('HINCRBY', COUNTS, 'events-lost', 1)
  end
end

retain(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
redis.call('PUBLISH', ARGV[10], id)
return known and 'amended' or 'created'
`);

/**
 * Drops what the limits no longer allow.
 *
 * KEYS: STORE_KEYS. ARGV: 1 to 3 as in PUT_SCRIPT. Returns how many incidents were dropped, MAX_DROPPED at most. Safe to repeat.
 */
export const PRUNE_SCRIPT: LuaScript = new LuaScript(`${STORE_LUA}${GROUP_LUA}${RETAIN_LUA}
return retain(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
`);
