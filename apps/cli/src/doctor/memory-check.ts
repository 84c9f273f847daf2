/** Does what resetscope keeps fit into the memory that Redis may take? */
import { DEFAULT_INCIDENT_LIMITS } from '@resetscope/incidents';
import { type Finding, fail, ok, warn } from '../finding.ts';
import type { RedisServerInfo } from './redis-server-info.ts';

const MB = 2 ** 20;

/** The capture's own default (`--ring-bytes`). */
const DEFAULT_RING_BYTES = 256 * MB;

/** Evidence to its limit, and as much again for the other fields of incidents, the queue, and what Redis needs of its own (an estimate). */
export const QUEUE_AND_INCIDENTS_BYTES: number = 2 * DEFAULT_INCIDENT_LIMITS.maxEvidenceBytes;

/** `256m` as the capture reads it; undefined: its default. */
export function ringBudget(text: string | undefined): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)b?$/i.exec(text ?? '') ?? [];
  if (digits === undefined) return DEFAULT_RING_BYTES;
  return Number(digits) * { '': 1, k: 2 ** 10, m: MB, g: 2 ** 30 }[unit.toLowerCase() as '' | 'k' | 'm' | 'g'];
}

export interface Kept {
  /** Budgets of all rings in these servers; 0: they hold none. */
  readonly ringBytes: number;
  readonly besideBytes: number;
}

/** isPrivate: nobody but resetscope uses it, on this host. */
export function checkMemory(
  subject: string,
  servers: readonly Pick<RedisServerInfo, 'maxMemory' | 'usedMemory' | 'systemMemory'>[],
  { ringBytes, besideBytes }: Kept,
  isPrivate: boolean,
): Finding {
  const sum = (field: 'maxMemory' | 'usedMemory' | 'systemMemory'): number =>
    servers.reduce((total, server) => total + server[field], 0);
  const needed = ringBytes + besideBytes;
  const what = ringBytes === 0 ? 'queue and incidents' : `rings of ${mb(ringBytes)}`;
  const each = Math.ceil(needed / servers.length / MB);
  const setMaxMemory = `redis-cli CONFIG SET maxmemory ${each}mb, and the same in redis.conf`;
  const maxMemory = sum('maxMemory');
  if (servers.some((server) => server.maxMemory === 0)) {
    const message = `no maxmemory, for ${what} on a host of ${mb(sum('systemMemory'))}`;
    if (isPrivate && needed * 2 < sum('systemMemory')) return ok('redis-memory', subject, message);
    return warn('redis-memory', subject, `${message}: the kernel may end it`, setMaxMemory);
  }
  const message = `maxmemory ${mb(maxMemory)} for ${what}`;
  if (maxMemory < ringBytes) {
    return fail('redis-memory', subject, message, `${setMaxMemory}; or capture with less --ring-bytes`);
  }
  if (sum('usedMemory') > maxMemory * NEARLY_FULL) {
    return fail('redis-memory', subject, `${message}, ${mb(sum('usedMemory'))} of it used`, setMaxMemory);
  }
  if (maxMemory >= needed) return ok('redis-memory', subject, message);
  return warn('redis-memory', subject, `${message}: little room for what else it holds`, setMaxMemory);
}

/** Redis takes some percent more while it saves and for its clients. */
const NEARLY_FULL = 0.95;

function mb(bytes: number): string {
  return `${Math.round(bytes / MB)} MB`;
}
