/** The one script that changes a ring, and that keeps two captures from filling the same one. */

/** Gaps kept; at the limit the newest is widened instead: the ring then claims more missing than there is, never less. */
export const MAX_GAPS = 1000;

/**
 * A capture appends ten times a second, if only a heartbeat. One that has not for this long may be followed by another: longer
 * than a Redis is slow without anybody noticing, shorter than a restart may take.
 */
export const LEASE_MS = 5000;

/** Memory of one gap, and of keys, state and first allocations (measured with MEMORY USAGE, stored-cost.test.ts). */
const GAP_BYTES = 256;
const FIXED_BYTES = 8192;

/**
 * Appends one block, or none (a heartbeat), moves the ring's reach, records gaps, and forgets what no longer fits.
 *
 * KEYS[1] blocks    hash, block id to block
 * KEYS[2] indexes   hash, block id to index
 * KEYS[3] times     sorted set, block entry (block-entry.ts) by lastUs
 * KEYS[4] order     list of block entries, oldest first
 * KEYS[5] gaps      sorted set, `FROMUS:TOUS:LOST:REASON` by clock
 * KEYS[6] state     hash: writer, sequence, holder, leaseMs (Redis's time at which the lease ends), oldestUs, newestUs, bytes,
 *                   taken and evicted (packets, since the ring began), maxBytes, maxAgeUs, clock, epochUs, epochClock
 *
 * ARGV[1] writer    name of this run of the capture, without `:`
 * ARGV[2] sequence  of this append, ascending within the writer
 * ARGV[3] holder    the writer for people (ring-holder.ts), JSON
 * ARGV[4] ended     a writer known to have ended, whose lease does not count; or empty
 * ARGV[5] leaseMs   the ring is this writer's for so long; 0 gives it up
 * ARGV[6] sinceUs   up to where this writer's earlier appends reached; at first, when it began
 * ARGV[7] newestUs  everything captured up to here is in the ring after this append
 * ARGV[8] stepUs    how far the wall clock was set since the append before, negative for back
 * ARGV[9...11]      oldestUs, taken, evicted as this writer last had them answered; empty at first
 * ARGV[12] maxBytes
 * ARGV[13] maxAgeUs
 * ARGV[14] entry    FIRSTUS:LASTUS:COST:PACKETS:..., or empty for a heartbeat
 * ARGV[15] block
 * ARGV[16] index
 * ARGV[17] channel  gets newestUs
 * ARGV[18...]       gaps: fromUs, toUs, lost, reason; and so on
 *
 * Returns { bytes, blocks, evicted blocks, oldestUs, newestUs, taken, evicted packets, 1 when there was no ring before }, times
 * and packets as text. Errors, which change nothing: `RINGHELD WRITER SEQUENCE HOLDER` while another writer has the lease,
 * `BLOCKTOOLARGE`, `WRONGTYPE` before anything is touched: an error in the middle would leave half an append.
 *
 * The ring's clock counts microseconds by which the reach moved on, however the wall clock was set: age and order of forgetting
 * go by it. An epoch is the time since the wall clock was last set. What is forgotten of earlier epochs moves oldestUs no further
 * than to the beginning of this one, or a clock set back would leave oldestUs in the future.
 *
 * Invariants: `bytes` is the sum of the costs in `order`; with the cost of gaps and state it never passes maxBytes, because room
 * is made first; nothing stays that was appended maxAgeUs ago by the ring's clock; whatever was taken away lies before oldestUs.
 * Packets: taken - evicted are in the ring. A ring whose capture has died expires as a whole after its maximum age.
 * Repeating a call is safe: a sequence that was seen changes nothing.
 */
export const APPEND_SCRIPT: string = `
local blocks, indexes, times, order, gaps, stateKey = unpack(KEYS)
local writer, sequence, endedWriter, leaseMs = ARGV[1], tonumber(ARGV[2]), ARGV[4], tonumber(ARGV[5])
local sinceUs, newestUs, stepUs = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local hadOldestUs, hadTaken, hadEvicted = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local maxBytes, maxAgeUs, entry = tonumber(ARGV[12]), tonumber(ARGV[13]), ARGV[14]

local function text(number) return string.format('%.0f', number) end

for i, expected in ipairs({ 'hash', 'hash', 'zset', 'list', 'zset', 'hash' }) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= expected and got ~= 'none' then
    return redis.error_reply('WRONGTYPE expected a ' .. expected .. ' at ' .. KEYS[i] .. ', got a ' .. got)
  end
end

local state = {}
local fields = redis.call('HGETALL', stateKey)
for i = 1, #fields, 2 do state[fields[i]] = fields[i + 1] end
local knownUs, oldestUs = tonumber(state.newestUs), tonumber(state.oldestUs)
local bytes, taken, evicted = tonumber(state.bytes) or 0, tonumber(state.taken) or 0, tonumber(state.evicted) or 0
local clock, epochUs, epochClock = tonumber(state.clock) or 0, tonumber(state.epochUs) or sinceUs, tonumber(state.epochClock) or -1
local isNew, isSame, evictedBlocks = knownUs == nil, state.writer == writer, 0

local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local leftMs = (tonumber(state.leaseMs) or 0) - nowMs
if not isNew and not isSame and state.writer ~= endedWriter and leftMs > 0 and leftMs <= ${LEASE_MS} then
  return redis.error_reply('RINGHELD ' .. state.writer .. ' ' .. state.sequence .. ' ' .. (state.holder or ''))
end

local cost, packets = string.match(entry, '^%d+:%d+:(%d+):(%d+):')
cost, packets = tonumber(cost) or 0, tonumber(packets) or 0
if cost > maxBytes - ${FIXED_BYTES + MAX_GAPS * GAP_BYTES} then
  return redis.error_reply('BLOCKTOOLARGE expected much less than ' .. text(maxBytes) .. ' bytes, got ' .. text(cost))
end

local function used() return bytes + ${FIXED_BYTES} + ${GAP_BYTES} * redis.call('ZCARD', gaps) end

local function answer()
  return { used(), redis.call('LLEN', order), evictedBlocks, text(oldestUs), text(newestUs), text(taken), text(evicted),
    isNew and 1 or 0 }
end

if isSame and sequence <= (tonumber(state.sequence) or 0) then
  newestUs = knownUs
  return answer()
end

local function addGap(fromUs, toUs, lost, reason, atClock)
  if toUs <= fromUs then return end
  local last, lastClock = unpack(redis.call('ZRANGE', gaps, -1, -1, 'WITHSCORES'))
  local lastFrom, lastTo, lastLost, lastReason = string.match(last or '', '^(%d+):(%d+):(%d+):(.*)$')
  if lastFrom then
    lastFrom, lastTo = tonumber(lastFrom), tonumber(lastTo)
    local follows = lastReason == reason and fromUs <= lastTo and toUs >= lastFrom
    if follows or redis.call('ZCARD', gaps) >= ${MAX_GAPS} then
      redis.call('ZREM', gaps, last)
      fromUs, toUs, lost = math.min(fromUs, lastFrom), math.max(toUs, lastTo), lost + tonumber(lastLost)
      atClock = math.max(atClock, tonumber(lastClock))
    end
  end
  redis.call('ZADD', gaps, text(atClock), text(fromUs) .. ':' .. text(toUs) .. ':' .. text(lost) .. ':' .. reason)
end

if isNew then
  redis.call('DEL', blocks, indexes, times, order, gaps)
  oldestUs = hadOldestUs or sinceUs
  knownUs = sinceUs
  if hadOldestUs then addGap(hadOldestUs, sinceUs, hadTaken - hadEvicted, 'ring-lost', clock) end
elseif sinceUs > knownUs then
  if hadOldestUs then addGap(knownUs, sinceUs, math.max(0, hadTaken - math.max(hadEvicted, taken)), 'ring-lost', clock)
  else addGap(knownUs, sinceUs, 0, 'restart', clock) end
end

if bytes > 0 and redis.call('EXISTS', order) == 0 then
  redis.call('DEL', blocks, indexes, times)
  addGap(oldestUs, knownUs, taken - evicted, 'ring-lost', clock)
  bytes, evicted = 0, taken
end

if not isSame and newestUs < knownUs then stepUs = newestUs - knownUs end
local ahead = math.max(0, newestUs - knownUs - stepUs)
local isStep = stepUs ~= 0
if isStep then
  addGap(math.max(oldestUs, math.min(knownUs, knownUs + stepUs)), math.max(knownUs + ahead, newestUs), 0, 'clock-step', clock)
  epochUs, epochClock = knownUs + stepUs, clock
  oldestUs = math.min(oldestUs, epochUs)
else
  newestUs = math.max(newestUs, knownUs)
end
clock = clock + math.max(ahead, isStep and 1 or 0)
for i = 18, #ARGV, 4 do
  addGap(tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3], clock)
end

local function forget(beforeUs, atClock)
  if atClock <= epochClock then beforeUs = math.min(beforeUs, epochUs) end
  oldestUs = math.max(oldestUs, math.min(beforeUs, newestUs))
end

local function forgetGaps(beforeClock)
  local old = redis.call('ZRANGEBYSCORE', gaps, '-inf', '(' .. text(beforeClock), 'WITHSCORES')
  for i = 1, #old, 2 do
    forget(tonumber(string.match(old[i], '^%d+:(%d+):')) or 0, tonumber(old[i + 1]))
    redis.call('ZREM', gaps, old[i])
  end
end

local function clockOf(oldEntry) return tonumber(string.match(oldEntry, ':(%d+)$')) or 0 end

local function evictOldest()
  local oldest = redis.call('LPOP', order)
  if not oldest then return false end
  local id, lastUs, oldCost, oldPackets = string.match(oldest, '^([^:]+:%d+):%d+:(%d+):(%d+):(%d+):')
  if id then
    redis.call('HDEL', blocks, id)
    redis.call('HDEL', indexes, id)
    bytes, evicted = bytes - tonumber(oldCost), evicted + tonumber(oldPackets)
    forget(tonumber(lastUs) + 1, clockOf(oldest))
  end
  redis.call('ZREM', times, oldest)
  forgetGaps(clockOf(oldest))
  evictedBlocks = evictedBlocks + 1
  return true
end

local expired = clock - maxAgeUs
while true do
  local oldest = redis.call('LINDEX', order, 0)
  if not oldest or clockOf(oldest) >= expired then break end
  evictOldest()
end
if expired > epochClock then forget(newestUs - maxAgeUs, expired) end
forgetGaps(expired)
while used() + cost > maxBytes and evictOldest() do end

if entry ~= '' then
  local id, lastUs = writer .. ':' .. text(sequence), string.match(entry, '^%d+:(%d+):')
  local isBefore = stepUs < 0 and tonumber(lastUs) > newestUs
  local full = id .. ':' .. entry .. ':' .. text(isBefore and epochClock or clock)
  redis.call('HSET', blocks, id, ARGV[15])
  redis.call('HSET', indexes, id, ARGV[16])
  redis.call('ZADD', times, lastUs, full)
  redis.call('RPUSH', order, full)
  bytes, taken = bytes + cost, taken + packets
end

redis.call('HSET', stateKey, 'writer', writer, 'sequence', text(sequence), 'holder', ARGV[3], 'leaseMs', text(nowMs + leaseMs),
  'oldestUs', text(oldestUs), 'newestUs', text(newestUs), 'bytes', text(bytes), 'taken', text(taken), 'evicted', text(evicted),
  'maxBytes', text(maxBytes), 'maxAgeUs', text(maxAgeUs), 'clock', text(clock), 'epochUs', text(epochUs),
  'epochClock', text(epochClock))
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, math.ceil(maxAgeUs / 1000)) end
redis.call('PUBLISH', ARGV[17], text(newestUs))
return answer()
`;
