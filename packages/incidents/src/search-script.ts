/** The script that looks incidents up in the index. It only reads. */
import { KEYS } from './keys.ts';
import { LuaScript, type RedisClient } from './lua-script.ts';

const SEARCH_KEYS: readonly string[] = [KEYS.index, KEYS.texts];

/** Incidents looked at per call at most, so that no call holds Redis for long (2 ms with text, measured). */
const MAX_SCANNED = 1000;

/** Calls of a search: it looks at 10,000 incidents at most, and others have their turn in between. */
const MAX_CALLS = 10;

/** Members read from the index at once. */
const CHUNK = 200;

export interface SearchArguments {
  readonly terms: readonly string[];
  /** In lower case; '' for none. */
  readonly needle: string;
  /** createdAtUs of the oldest, 16 digits. */
  readonly oldest: string;
}

export interface Found {
  /** Each as `<createdAtUs>:<incident id>`, newest first. */
  readonly tails: readonly string[];
  /** Where it stopped; null: it has seen all. */
  readonly stoppedAt: string | null;
}

/**
 * Walks the members of the rarest term, newest first, and keeps those that have the other terms and the text too.
 *
 * KEYS: 1 index, 2 texts.
 * ARGV: 1 results at most, 2 begin, exclusive, 3 createdAtUs of the oldest (16 digits), 4 text in lower case or '',
 * 5.. the terms, one at least.
 * Returns: 1 where it stopped, '' when it has seen all, 2.. what was found; each as `<createdAtUs>:<incident id>`.
 */
const SEARCH_SCRIPT: LuaScript = new LuaScript(`
local INDEX, TEXTS = KEYS[1], KEYS[2]
local limit, start, oldest, needle = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]

local function bounds(term)
  return '[' .. term .. '|' .. oldest, '(' .. term .. '|' .. start
end

local rarest, fewest
for i = 5, #ARGV do
  local min, max = bounds(ARGV[i])
  local count = redis.call('ZLEXCOUNT', INDEX, min, max)
  if not fewest or count < fewest then rarest, fewest = ARGV[i], count end
end

local function fits(tail)
  for i = 5, #ARGV do
    if ARGV[i] ~= rarest and not redis.call('ZSCORE', INDEX, ARGV[i] .. '|' .. tail) then return false end
  end
  if needle == '' then return true end
  local text = redis.call('HGET', TEXTS, string.sub(tail, 18))
  return text and string.find(text, needle, 1, true)
end

local found, scanned = { '' }, 0
local min, max = bounds(rarest)
while true do
  local members = redis.call('ZREVRANGEBYLEX', INDEX, max, min, 'LIMIT', 0, ${CHUNK})
  for _, member in ipairs(members) do
    local tail = string.sub(member, #rarest + 2)
    if fits(tail) then found[#found + 1] = tail end
    scanned = scanned + 1
    if #found > limit or scanned == ${MAX_SCANNED} then
      found[1] = tail
      return found
    end
    max = '(' .. member
  end
  if #members < ${CHUNK} then return found end
end
`);

/** start: see search.ts, pageStart. */
export async function searchIndex(
  redis: RedisClient,
  { terms, needle, oldest }: SearchArguments,
  start: string,
  limit: number,
): Promise<Found> {
  const tails: string[] = [];
  let from = start;
  for (let calls = 0; calls < MAX_CALLS && tails.length < limit; calls++) {
    const args = [limit - tails.length, from, oldest, needle, ...terms];
    const [stoppedAt = '', ...found] = (await SEARCH_SCRIPT.run(redis, SEARCH_KEYS, args)) as readonly string[];
    tails.push(...found);
    if (stoppedAt === '') return { tails, stoppedAt: null };
    from = stoppedAt;
  }
  return { tails, stoppedAt: from };
}
