/** The scripts of the outbox: take an event for a while, give it back, and be done with it. */
import { KEYS } from './keys.ts';
import { LuaScript } from './lua-script.ts';

/** KEYS of these scripts, in this order. */
export const OUTBOX_KEYS: readonly string[] = [KEYS.outbox, KEYS.events, KEYS.counts];

const OUTBOX_LUA = `
local OUTBOX, EVENTS, COUNTS = KEYS[1], KEYS[2], KEYS[3]

-- the server's clock: those of the senders may differ by more than a lease
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- the event as it is now, when it is still the one that the sender has
local function held(group, id)
  local event = cjson.decode(redis.call('HGET', EVENTS, group) or '{}')
  return event.id == id and event
end

local function forget(group)
  redis.call('ZREM', OUTBOX, group)
  redis.call('HDEL', EVENTS, group)
end
`;

/**
 * Takes the event that is due longest. Nobody else gets it for the time of the lease; when its sender dies it is due again.
 *
 * KEYS: OUTBOX_KEYS. ARGV: 1 lease in milliseconds. Returns the event's JSON with this attempt counted, or nil.
 */
export const TAKE_SCRIPT: LuaScript = new LuaScript(`${OUTBOX_LUA}
local now = nowMs()
local group = redis.call('ZRANGEBYSCORE', OUTBOX, '-inf', now, 'LIMIT', 0, 1)[1]
if not group then return nil end
local event = cjson.decode(redis.call('HGET', EVENTS, group))
event.attempts = event.attempts + 1
local text = cjson.encode(event)
redis.call('HSET', EVENTS, group, text)
redis.call('ZADD', OUTBOX, now + ARGV[1], group)
return text
`);

/**
 * Removes an event, unless a newer one of its group has taken its place. Safe to repeat.
 *
 * KEYS: OUTBOX_KEYS. ARGV: 1 group id, 2 event id, 3 counter to increase (KEYS.counts) or ''.
 */
export const REMOVE_SCRIPT: LuaScript = new LuaScript(`${OUTBOX_LUA}
if not held(ARGV[1], ARGV[2]) then return end
forget(ARGV[1])
if ARGV[3] ~= '' then redis.call('HINCRBY', COUNTS, ARGV[3], 1) end
`);

/**
 * Gives an event back, due later, unless somebody else has taken it meanwhile or a newer one of its group has taken its place.
 *
 * KEYS: OUTBOX_KEYS. ARGV: 1 group id, 2 event id, 3 its attempts as taken, 4 its attempts from now on, 5 milliseconds until due.
 */
export const GIVE_BACK_SCRIPT: LuaScript = new LuaScript(`${OUTBOX_LUA}
local event = held(ARGV[1], ARGV[2])
if not event or event.attempts ~= tonumber(ARGV[3]) then return end
event.attempts = tonumber(ARGV[4])
redis.call('HSET', EVENTS, ARGV[1], cjson.encode(event))
redis.call('ZADD', OUTBOX, nowMs() + ARGV[5], ARGV[1])
`);
