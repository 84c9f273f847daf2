/**
 * Lua that the scripts of the store share: names of the keys, and the index. Times are strings of 16 digits: cjson would round
 * them to 14 (lua_cjson, DEFAULT_ENCODE_NUMBER_PRECISION).
 */
import { ALL_TERM, EVIDENCE_TERM } from './index-term.ts';
import { KEYS } from './keys.ts';

/** KEYS of the scripts that change the store, in this order. */
export const STORE_KEYS: readonly string[] = [
  KEYS.verdicts,
  KEYS.records,
  KEYS.texts,
  KEYS.evidence,
  KEYS.index,
  KEYS.groups,
  KEYS.groupNumbers,
  KEYS.groupTops,
  KEYS.groupTrends,
  KEYS.groupStates,
  KEYS.groupsByTime,
  KEYS.counts,
  KEYS.outbox,
  KEYS.events,
  KEYS.briefs,
];

export const STORE_LUA: string = `
local VERDICTS, RECORDS, TEXTS, EVIDENCE, INDEX = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local GROUPS, NUMBERS, TOPS, TRENDS, STATES, GROUPS_BY_TIME = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local COUNTS, OUTBOX, EVENTS, BRIEFS = KEYS[12], KEYS[13], KEYS[14], KEYS[15]
local ALL, EVIDENCE_TERM = '${ALL_TERM}', '${EVIDENCE_TERM}'

-- lines that an incident stands for: its own, and those grouped with it in a storm
local function linesOf(record)
  return 1 + tonumber(record.grouped)
end

local function memberOf(term, id, record)
  return term .. '|' .. record.createdAtUs .. ':' .. id
end

-- '}' is the character after '|'
local function oldestOf(term, limit)
  return redis.call('ZRANGEBYLEX', INDEX, '[' .. term .. '|', '(' .. term .. '}', 'LIMIT', 0, limit)
end

local function newestOf(term)
  return redis.call('ZREVRANGEBYLEX', INDEX, '(' .. term .. '}', '[' .. term .. '|', 'LIMIT', 0, 1)[1]
end

local function timeIn(term, member)
  return string.sub(member, #term + 2, #term + 17)
end

local function idIn(term, member)
  return string.sub(member, #term + 19)
end

local function addTerms(id, record)
  local args = {}
  for term in string.gmatch(record.terms, '[^\\n]+') do
    args[#args + 1] = 0
    args[#args + 1] = memberOf(term, id, record)
  end
  redis.call('ZADD', INDEX, unpack(args))
end

local function removeTerms(id, record)
  local members = {}
  for term in string.gmatch(record.terms, '[^\\n]+') do
    members[#members + 1] = memberOf(term, id, record)
  end
  redis.call('ZREM', INDEX, unpack(members))
end

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;
