/** Lua that keeps the groups: counts, trends, most frequent values, and whether an incident is news. Goes after STORE_LUA. */
import { GROUP_NUMBERS } from './group.ts';
import { TOP_KINDS, TOP_SLOTS } from './group-top.ts';
import { TREND_ROUNDS } from './group-trend.ts';

const ROUNDS = Object.values(TREND_ROUNDS);
const luaList = (names: readonly string[]): string => `{ ${names.map((name) => `'${name}'`).join(', ')} }`;
const luaRound = ({ letter, bucketUs, slots }: (typeof ROUNDS)[number]): string =>
  `{ letter = '${letter}', bucketUs = ${bucketUs}, slots = ${slots} }`;

/**
 * A group lives while it has a member; its numbers are of all incidents that were ever in it, so dropping old ones leaves
 * them. An amended incident is taken out as it was counted and counted again as it is now.
 */
export const GROUP_LUA: string = `
local ROUNDS = { ${ROUNDS.map(luaRound).join(', ')} }

local function groupTerm(group)
  return 'group=' .. group
end

local function forgetGroup(group)
  for _, round in ipairs(ROUNDS) do
    local trends = {}
    for slot = 0, round.slots - 1 do trends[#trends + 1] = group .. ':' .. round.letter .. slot end
    redis.call('HDEL', TRENDS, unpack(trends))
  end
  for _, name in ipairs(${luaList(GROUP_NUMBERS)}) do redis.call('HDEL', NUMBERS, group .. ':' .. name) end
  for _, kind in ipairs(${luaList(TOP_KINDS)}) do redis.call('HDEL', TOPS, group .. ':' .. kind) end
  redis.call('HDEL', GROUPS, group)
  redis.call('HDEL', STATES, group)
  redis.call('ZREM', GROUPS_BY_TIME, group)
  redis.call('ZREM', OUTBOX, group)
  redis.call('HDEL', EVENTS, group)
end

-- after members came or went
local function refreshGroup(group)
  local term = groupTerm(group)
  local newest = newestOf(term)
  if not newest then return forgetGroup(group) end
  redis.call('ZADD', GROUPS_BY_TIME, timeIn(term, newest), group)
  redis.call('HSET', NUMBERS, group .. ':last', idIn(term, newest))
end

-- a slot counts its newest bucket; what is older than that has left the trend
local function countInBucket(field, bucket, lines)
  local slot, count = string.match(redis.call('HGET', TRENDS, field) or '-1:0', '(.+):(.+)')
  slot = tonumber(slot)
  if slot > bucket then return end
  if slot < bucket then count = 0 end
  redis.call('HSET', TRENDS, field, bucket .. ':' .. count + lines)
end

local function countInTop(field, value, lines)
  if value == '' then return end
  local slots = cjson.decode(redis.call('HGET', TOPS, field) or '[]')
  local own, least
  for i, slot in ipairs(slots) do
    if slot[1] == value then own = i end
    if not least or slot[2] < slots[least][2] then least = i end
  end
  if own then
    slots[own][2] = slots[own][2] + lines
    if slots[own][2] <= slots[own][3] then table.remove(slots, own) end
  elseif lines < 0 then
    return
  elseif #slots < ${TOP_SLOTS} then
    slots[#slots + 1] = { value, lines, 0 }
  else
    slots[least] = { value, slots[least][2] + lines, slots[least][2] }
  end
  if #slots == 0 then redis.call('HDEL', TOPS, field) else redis.call('HSET', TOPS, field, cjson.encode(slots)) end
end

-- sign: 1 as it is now, -1 as it was counted
local function countInGroup(record, sign)
  local group, lines = record.groupId, sign * linesOf(record)
  redis.call('HINCRBY', NUMBERS, group .. ':count', lines)
  redis.call('HINCRBY', NUMBERS, group .. ':' .. record.harm, lines)
  if record.unlogged ~= '' then redis.call('HINCRBY', NUMBERS, group .. ':unlogged', lines) end
  local createdAtUs = tonumber(record.createdAtUs)
  for _, round in ipairs(ROUNDS) do
    local bucket = math.floor(createdAtUs / round.bucketUs)
    countInBucket(group .. ':' .. round.letter .. bucket % round.slots, bucket, lines)
  end
  for _, kind in ipairs(${luaList(TOP_KINDS)}) do countInTop(group .. ':' .. kind, record[kind], lines) end
end

-- its terms are no longer in the index
local function leaveGroup(record)
  local group = record.groupId
  countInGroup(record, -1)
  local term = groupTerm(group)
  local oldest = oldestOf(term, 1)[1]
  if oldest and redis.call('HGET', NUMBERS, group .. ':first') == record.createdAtUs then
    redis.call('HSET', NUMBERS, group .. ':first', timeIn(term, oldest))
  end
  refreshGroup(group)
end

-- its terms are in the index
local function joinGroup(record, about)
  local group = record.groupId
  countInGroup(record, 1)
  redis.call('HSET', GROUPS, group, about)
  local first = redis.call('HGET', NUMBERS, group .. ':first')
  if not first or record.createdAtUs < first then
    redis.call('HSET', NUMBERS, group .. ':first', record.createdAtUs)
  end
  refreshGroup(group)
end

-- What the incident is to the group it is about to join: 'new', 'regressed' (it was resolved), 'unsnoozed' (its snooze is
-- over), 'returned' (after silenceUs without one), or nil. Moves the state on.
local function newsOf(record, silenceUs)
  local group, at = record.groupId, record.createdAtUs
  local lastSeen = redis.call('ZSCORE', GROUPS_BY_TIME, group)
  if not lastSeen then return 'new' end
  local state = cjson.decode(redis.call('HGET', STATES, group) or '{}')
  if state.kind == 'expected' then return nil end
  if state.kind == 'snoozed' then
    if at < state.untilUs then return nil end
    redis.call('HDEL', STATES, group)
    return 'unsnoozed'
  end
  if state.kind == 'resolved' then
    if at <= state.sinceUs then return nil end
    redis.call('HSET', STATES, group, cjson.encode({ kind = 'regressed', sinceUs = at }))
    return 'regressed'
  end
  return tonumber(at) - tonumber(lastSeen) > silenceUs and 'returned' or nil
end
`;
