/** The one script that changes a ring. */

/** Gaps kept; at the limit the newest is widened instead: the ring then claims more missing than there is, never less. */
export const MAX_GAPS = 1000;

/**
 * Appends one block, or none (a heartbeat), moves the ring's reach, records gaps, and forgets what no longer fits.
 *
 * KEYS[1] blocks    hash, block id to block
 * KEYS[2] indexes   hash, block id to index
 * KEYS[3] times     sorted set, block id by lastUs
 * KEYS[4] gaps      sorted set, `FROMUS:TOUS:LOST:REASON` by toUs
 * KEYS[5] state     hash: writer, sequence, oldestUs, newestUs, bytes
 *
 * ARGV[1] writer    name of this run of the capture, without `:`
 * ARGV[2] sequence  of this append, ascending within the writer
 * ARGV[3] sinceUs   up to where this writer's earlier appends reached; at first, when it began
 * ARGV[4] newestUs  everything captured up to here is in the ring after this append
 * ARGV[5] maxBytes
 * ARGV[6] maxAgeUs
 * ARGV[7] id        WRITER:SEQUENCE:FIRSTUS:LASTUS:COST, or empty for a heartbeat
 * ARGV[8] block
 * ARGV[9] index
 * ARGV[10] channel  gets newestUs
 * ARGV[11...]       gaps: fromUs, toUs, lost, reason; and so on
 *
 * Returns { bytes, blocks, evicted, oldestUs, newestUs }, the times as text.
 *
 * Invariants: `bytes` is the sum of the costs in `times`; it never passes maxBytes, because room is made first; no block that
 * ended before newestUs - maxAgeUs stays; whatever was taken away lies before oldestUs. A ring whose capture has died expires
 * as a whole after its maximum age.
 * Repeating a call is safe: a sequence that was seen changes nothing.
 */
export const APPEND_SCRIPT: string = `
local blocks, indexes, times, gaps, stateKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local writer, sequence, sinceUs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local newestUs, maxBytes, maxAgeUs, id = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]

local function text(number) return string.format('%.0f', number) end

local saved = redis.call('HMGET', stateKey, 'writer', 'sequence', 'oldestUs', 'newestUs', 'bytes')
local oldestUs, bytes = tonumber(saved[3]) or sinceUs, tonumber(saved[5]) or 0
local knownUs = tonumber(saved[4])
local evicted = 0
local lastUs, cost = string.match(id, ':(%d+):(%d+)$')
cost = tonumber(cost) or 0
if cost > maxBytes then return redis.error_reply('BLOCKTOOLARGE expected at most ' .. maxBytes .. ' bytes, got ' .. cost) end

local function answer()
  return { bytes, redis.call('ZCARD', times), evicted, text(oldestUs), text(newestUs) }
end

if saved[1] == writer and sequence <= tonumber(saved[2]) then
  newestUs = knownUs
  return answer()
end

local function addGap(fromUs, toUs, lost, reason)
  local last = redis.call('ZRANGE', gaps, -1, -1)[1]
  if last then
    local lastFrom, lastTo, lastLost, lastReason = string.match(last, '^(%d+):(%d+):(%d+):(.*)$')
    lastFrom, lastTo = tonumber(lastFrom), tonumber(lastTo)
    local follows = lastReason == reason and fromUs <= lastTo and toUs >= lastFrom
    if follows or redis.call('ZCARD', gaps) >= ${MAX_GAPS} then
      redis.call('ZREM', gaps, last)
      fromUs, toUs = math.min(fromUs, lastFrom), math.max(toUs, lastTo)
      lost = lost + tonumber(lastLost)
    end
  end
  redis.call('ZADD', gaps, text(toUs), text(fromUs) .. ':' .. text(toUs) .. ':' .. text(lost) .. ':' .. reason)
end

local function evictOldest()
  local oldest = redis.call('ZRANGE', times, 0, 0)[1]
  if not oldest then return false end
  local oldestLastUs, oldestCost = string.match(oldest, ':(%d+):(%d+)$')
  redis.call('HDEL', blocks, oldest)
  redis.call('HDEL', indexes, oldest)
  redis.call('ZREM', times, oldest)
  bytes = bytes - tonumber(oldestCost)
  oldestUs = math.max(oldestUs, tonumber(oldestLastUs) + 1)
  evicted = evicted + 1
  return true
end

if knownUs and saved[1] ~= writer and sinceUs > knownUs then addGap(knownUs, sinceUs, 0, 'restart') end
newestUs = math.max(newestUs, knownUs or 0)
for i = 11, #ARGV, 4 do addGap(tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]) end

while true do
  local oldest = redis.call('ZRANGE', times, 0, 0, 'WITHSCORES')
  if not oldest[1] or tonumber(oldest[2]) >= newestUs - maxAgeUs then break end
  evictOldest()
end
oldestUs = math.max(oldestUs, newestUs - maxAgeUs)

if id ~= '' then
  while bytes + cost > maxBytes and evictOldest() do end
  redis.call('HSET', blocks, id, ARGV[8])
  redis.call('HSET', indexes, id, ARGV[9])
  redis.call('ZADD', times, lastUs, id)
  bytes = bytes + cost
end

redis.call('ZREMRANGEBYSCORE', gaps, '-inf', '(' .. text(oldestUs))
redis.call('HSET', stateKey, 'writer', writer, 'sequence', sequence, 'oldestUs', text(oldestUs),
  'newestUs', text(newestUs), 'bytes', bytes)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, math.ceil(maxAgeUs / 1000)) end
redis.call('PUBLISH', ARGV[10], text(newestUs))
return answer()
`;
