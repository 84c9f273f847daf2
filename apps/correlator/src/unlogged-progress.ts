/**
 * How far the losses without a line of a node have been looked for, and who looks: one correlator at a time, by a lease. It is
 * a matter of work only: two that look at the same time find the same incidents under the same ids.
 */
import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A correlator that was killed is followed by another after this; a round takes some hundred milliseconds. */
const LEASE_MS = 10_000;
/** A node that is gone for longer than any ring reaches begins anew. */
const KEEP_SECONDS = 7 * 24 * 3600;

/**
 * Takes or renews the lease. KEYS: 1 lease, 2 watermark. ARGV: 1 holder, 2 lease in milliseconds.
 * Returns false when another holds it, else the watermark or ''.
 */
const HOLD = `
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return redis.call('get', KEYS[2]) or ''`;

/** Moves the watermark, for the holder only, and renews. KEYS, ARGV as above; 3 watermark, 4 seconds to keep. Returns 1 or 0. */
const ADVANCE = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('pexpire', KEYS[1], ARGV[2])
redis.call('set', KEYS[2], ARGV[3], 'ex', ARGV[4])
return 1`;

/** KEYS: 1 lease. ARGV: 1 holder. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

export type Hold =
  | { readonly kind: 'held-by-other' }
  /** watermarkUs: everything before it was looked at; null: nobody ever looked. */
  | { readonly kind: 'ours'; readonly watermarkUs: number | null };

export class Progress {
  private readonly redis: Redis | Cluster;
  private readonly holder = randomUUID();

  constructor(redis: Redis | Cluster) {
    this.redis = redis;
  }

  async hold(node: string): Promise<Hold> {
    const watermark = await this.redis.eval(HOLD, 2, leaseKey(node), watermarkKey(node), this.holder, LEASE_MS);
    if (watermark === null) return { kind: 'held-by-other' };
    const watermarkUs = Number(watermark);
    return { kind: 'ours', watermarkUs: watermark === '' || !Number.isSafeInteger(watermarkUs) ? null : watermarkUs };
  }

  /** False: the lease has passed to another. */
  async advance(node: string, watermarkUs: number): Promise<boolean> {
    const keys = [leaseKey(node), watermarkKey(node)] as const;
    const moved = await this.redis.eval(ADVANCE, 2, ...keys, this.holder, LEASE_MS, watermarkUs, KEEP_SECONDS);
    return moved === 1;
  }

  /** So that another need not wait for the lease to end. */
  async release(node: string): Promise<void> {
    await this.redis.eval(RELEASE, 1, leaseKey(node), this.holder);
  }
}

function leaseKey(node: string): string {
  return `{resetscope:unlogged:${node}}:lease`;
}

function watermarkKey(node: string): string {
  return `{resetscope:unlogged:${node}}:watermark`;
}
