/** Clocks: is the kernel's told the time by anybody, and does that of Redis agree with it? */
import type { RedisClient } from '@resetscope/telemetry';
import koffi from 'koffi';
import { type Finding, ok, skipped, warn } from '../finding.ts';

/** adjtimex(2): what it returns when nobody keeps the clock right (STA_UNSYNC). */
const TIME_ERROR = 5;
/** More than struct timex on any architecture (208 bytes on 64 bits); all zero: ask, set nothing. */
const TIMEX_LEN = 512;

const SYNCHRONISE = 'timedatectl set-ntp true, or run chrony; a container has the clock of its host';

/** Leases and waits are seconds long. */
const REDIS_TOLERANCE_MS = 1000;

/** The state that adjtimex(2) returns, -1 where it may not be asked; null: not Linux. */
export function readClockState(): number | null {
  if (process.platform !== 'linux') return null;
  return koffi.load(null).func('int adjtimex(void *)')(Buffer.alloc(TIMEX_LEN)) as number;
}

/** state: of readClockState. */
export function checkKernelClock(state: number | null): Finding {
  const subject = 'clock of this host';
  if (state === null || state < 0) return skipped('kernel-clock', subject, 'the kernel does not tell');
  if (state !== TIME_ERROR) return ok('kernel-clock', subject, 'synchronised');
  return warn('kernel-clock', subject, 'nobody synchronises it, says the kernel (adjtimex)', SYNCHRONISE);
}

/** How far the clock of Redis is ahead of this host's, milliseconds, to within half of the answer's time. */
export async function redisOffsetMs(redis: RedisClient): Promise<number> {
  const askedMs = Date.now();
  const toldUs = await redisTimeUs(redis);
  return toldUs / 1000 - (askedMs + Date.now()) / 2;
}

/** By the clock of Redis, microseconds since the epoch. */
export async function redisTimeUs(redis: RedisClient): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1e6 + Number(micros);
}

export function checkRedisClock(offsetMs: number): Finding {
  const subject = 'clock of Redis';
  if (Math.abs(offsetMs) <= REDIS_TOLERANCE_MS) return ok('redis-clock', subject, "agrees with this host's");
  const how = offsetMs > 0 ? 'ahead of' : 'behind';
  const message = `${(Math.abs(offsetMs) / 1000).toFixed(1)} s ${how} this host's`;
  return warn('redis-clock', subject, message, `${SYNCHRONISE}: on this host and on that of Redis`);
}
