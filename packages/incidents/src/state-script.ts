/** The script that keeps what a person has decided about a group. */
import { boundedText } from './bounded-text.ts';
import type { GroupDecision } from './group-state.ts';
import { KEYS, timeDigits } from './keys.ts';
import { LuaScript, type RedisClient } from './lua-script.ts';

const STATE_KEYS: readonly string[] = [KEYS.groups, KEYS.groupStates, KEYS.outbox, KEYS.events];

/**
 * KEYS: STATE_KEYS. ARGV: 1 group id, 2 JSON of the state, '' for open. Returns 1, or 0 when there is no such group.
 * Whoever decides about a group knows of it: an event that waits to be told goes. Safe to repeat.
 */
const STATE_SCRIPT: LuaScript = new LuaScript(`
local GROUPS, STATES, OUTBOX, EVENTS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local group, state = ARGV[1], ARGV[2]
if redis.call('HEXISTS', GROUPS, group) == 0 then return 0 end
if state == '' then
  redis.call('HDEL', STATES, group)
  return 1
end
redis.call('HSET', STATES, group, state)
redis.call('ZREM', OUTBOX, group)
redis.call('HDEL', EVENTS, group)
return 1
`);

/** Of a name that is kept. */
const MAX_NAME_LEN = 64;

/** Who decides, and when. */
export interface DecisionMade {
  readonly by: string | null;
  readonly nowUs: number;
}

/** False: no such group. */
export async function decideGroup(
  redis: RedisClient,
  groupId: string,
  decision: GroupDecision,
  made: DecisionMade,
): Promise<boolean> {
  return (await STATE_SCRIPT.run(redis, STATE_KEYS, [groupId, writeDecision(decision, made)])) === 1;
}

/** As readGroupState takes it; times are digits, because the put script compares them as text. */
function writeDecision(decision: GroupDecision, { by, nowUs }: DecisionMade): string {
  if (decision.kind === 'open') return '';
  const until = decision.kind === 'snoozed' ? { untilUs: timeDigits(decision.untilUs) } : {};
  const name = by === null ? null : boundedText(by, MAX_NAME_LEN);
  return JSON.stringify({ kind: decision.kind, sinceUs: timeDigits(nowUs), by: name, ...until });
}
