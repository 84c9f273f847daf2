/** The packet rings in Redis: does a capture fill them, do they reach back far enough, what did they lose, whose clock stamps them. */
import type { QueueDepth } from '@resetscope/jobs';
import type { GapReason, RingStat } from '@resetscope/ring';
import { type Finding, fail, ok, warn } from '../finding.ts';

/** What a check needs to know of a ring. */
export type Ring = Pick<
  RingStat,
  'node' | 'oldestUs' | 'newestUs' | 'bytes' | 'maxBytes' | 'packets' | 'isHeld' | 'holder' | 'gaps'
>;

/** A ring that is full and still forgets sooner than this is too small: a second look and a restart take some seconds each. */
const SHORT_REACH_S = 60;
const NEARLY_FULL = 0.9;

/** A live ring is moved on ten times a second; a busy host may be late. */
const CLOCK_TOLERANCE_S = 2;

export function checkRing(ring: Ring): Finding {
  const subject = `ring of ${ring.node}`;
  const reach = `${ring.packets} packets, ${seconds(reachSeconds(ring))} back`;
  if (ring.isHeld) return ok('ring', subject, `filled by a capture: ${reach}`);
  const who = ring.holder === null ? '' : ` (it was process ${ring.holder.pid} on ${ring.holder.host})`;
  const fix = 'start the capture, or look at its log: it says why it ended, or that Redis refuses its blocks';
  return fail('ring', subject, `no capture fills it${who}: ${reach}`, fix);
}

/** nowUs: by the clock of Redis. */
export function checkRingClock(ring: Ring, nowUs: number): Finding {
  const subject = `clock of ${ring.node}`;
  const behindS = (nowUs - ring.newestUs) / 1e6;
  if (Math.abs(behindS) <= CLOCK_TOLERANCE_S) return ok('ring-clock', subject, 'agrees with that of Redis');
  const how = behindS > 0 ? 'behind' : 'ahead of';
  const message = `the newest packet is ${seconds(Math.abs(behindS))} ${how} the clock of Redis`;
  const otherwise = behindS > 0 ? ', or its capture stands still: see resetscope_ring_newest_timestamp_seconds' : '';
  return warn(
    'ring-clock',
    subject,
    message,
    `synchronise the clock of ${ring.node} (timedatectl set-ntp true)${otherwise}`,
  );
}

/** nowUs: by the clock of Redis. */
export function checkReach(ring: Ring, queue: QueueDepth, nowUs: number): Finding {
  const subject = `reach of ${ring.node}`;
  const backS = (nowUs - ring.oldestUs) / 1e6;
  const waitS = queue.oldestWaitingMs / 1000;
  const message = `${seconds(backS)} back, ${queue.waiting} lines wait, the oldest for ${seconds(waitS)}`;
  const fix = 'start more correlators, and give the capture more --ring-bytes or fewer --ports';
  if (queue.waiting > 0 && waitS >= backS) return fail('ring-reach', subject, message, fix);
  if (queue.waiting > 0 && waitS * 2 >= backS) return warn('ring-reach', subject, message, fix);
  if (backS < SHORT_REACH_S && ring.bytes > ring.maxBytes * NEARLY_FULL) {
    const more = 'give the capture more --ring-bytes (and Redis more maxmemory), or fewer --ports';
    return warn('ring-reach', subject, `it is full and reaches only ${seconds(backS)} back`, more);
  }
  return ok('ring-reach', subject, message);
}

/** What helps against each loss. Not here: what nobody lost (a restart, a clock that was set). */
const LOSS_FIXES: Readonly<Partial<Record<GapReason, string>>> = {
  'kernel-drop': 'capture less (--ports-from nginx, --interface), or give the capture more CPU',
  'ring-slow': 'look at Redis: it was slow or away (resetscope_ring_flush_seconds)',
  'ring-refused': 'look at the log of the capture: another one holds this ring, or Redis is full',
  'ring-lost': 'Redis was emptied or restarted: let it keep its data, see redis-persistence',
  'damaged-block': 'let nothing else write to the keys resetscope:ring:*',
};

export function checkDrops({ node, gaps, oldestUs, newestUs }: Ring): Finding {
  const subject = `packets of ${node}`;
  const losses = gaps.filter((gap) => LOSS_FIXES[gap.reason] !== undefined);
  const worst = losses.toSorted((a, b) => b.lostPackets - a.lostPackets)[0];
  if (worst === undefined) {
    return ok('capture-drops', subject, `none lost in the last ${seconds((newestUs - oldestUs) / 1e6)}`);
  }
  const lost = losses.reduce((sum, gap) => sum + gap.lostPackets, 0);
  const reasons = [...new Set(losses.map(({ reason }) => reason))].join(', ');
  const message = `${lost} known to be lost in ${losses.length} gaps: ${reasons}`;
  return warn('capture-drops', subject, message, LOSS_FIXES[worst.reason] ?? '');
}

function reachSeconds({ oldestUs, newestUs }: Ring): number {
  return (newestUs - oldestUs) / 1e6;
}

function seconds(value: number): string {
  return value < 120 ? `${value.toFixed(value < 10 ? 1 : 0)} s` : `${Math.round(value / 60)} min`;
}
