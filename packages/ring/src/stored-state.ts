/** The state of a ring as the script of ring-append.ts leaves it: one question, one moment. */

import type { Coverage, Gap } from './coverage.ts';
import { parseGap } from './gap-member.ts';
import type { RingKeys } from './keys.ts';
import { answered } from './redis-answer.ts';
import { parseHolder, type RingHolder } from './ring-holder.ts';
import type { RingRedis } from './ring-redis.ts';
import { RingUnavailableError } from './ring-unavailable-error.ts';

export interface StoredState extends Coverage {
  readonly maxBytes: number;
  readonly maxAgeUs: number;
  /** The capture that appended last; null: its name cannot be read. */
  readonly holder: RingHolder | null;
  /** Does its lease run, by the clock of Redis? */
  readonly isHeld: boolean;
}

/** null: this node has no ring, or it has expired. @throws RingUnavailableError */
export async function readState(redis: RingRedis, node: string, keys: RingKeys): Promise<StoredState | null> {
  const multi = redis.multi().hgetall(keys.state).llen(keys.order).zrange(keys.gaps, '0', '-1').time();
  const replies = (await answered(node, multi.exec())) ?? [];
  const [state = {}, blocks = 0, gaps = [], time = []] = replies.map(([error, value]) => {
    if (error !== null) throw new RingUnavailableError(node, error);
    return value;
  }) as [Record<string, string>?, number?, string[]?, (string | number)[]?];
  const { oldestUs, newestUs, bytes, maxBytes, maxAgeUs, holder, leaseMs } = state as Partial<Record<string, string>>;
  if (oldestUs === undefined || newestUs === undefined) return null;
  return {
    oldestUs: Number(oldestUs),
    newestUs: Number(newestUs),
    gaps: readGaps(gaps, Number(oldestUs)),
    bytes: Number(bytes),
    blocks,
    maxBytes: Number(maxBytes),
    maxAgeUs: Number(maxAgeUs),
    holder: parseHolder(holder ?? ''),
    isHeld: Number(leaseMs) > Number(time[0]) * 1000 + Number(time[1]) / 1000,
  };
}

/** Those that the ring still reaches, in order of time. */
function readGaps(members: readonly string[], oldestUs: number): readonly Gap[] {
  const gaps = members.map(parseGap).filter((gap) => gap !== null && gap.toUs > oldestUs) as Gap[];
  return gaps.sort((a, b) => a.fromUs - b.fromUs);
}
