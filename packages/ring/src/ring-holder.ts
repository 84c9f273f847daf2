/** Which process keeps a ring, so that another can name it, and take over at once when it has ended. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { TimestampUs } from '@resetscope/wire';

export interface RingHolder {
  readonly host: string;
  readonly pid: number;
  /** When its capture began. */
  readonly sinceUs: TimestampUs;
  /** Where the pid counts: boot and pid namespace. null: not Linux, nobody else can tell whether it still runs. */
  readonly space: string | null;
  /** Start of the process in clock ticks since boot: a pid is used again. null as above. */
  readonly startTicks: number | null;
}

/** This process. */
export function thisHolder(sinceUs: TimestampUs): RingHolder {
  return { host: hostname(), pid: process.pid, sinceUs, space: pidSpace(), startTicks: startTicks(process.pid) };
}

/** True only when it is certain: same boot, same pid namespace, and no such process. */
export function hasEnded({ space, pid, startTicks: started }: RingHolder): boolean {
  if (space === null || space !== pidSpace()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const ticks = startTicks(pid);
  return ticks !== null && ticks !== started;
}

/** The holder that a ring's state names; null for a text that names none. */
export function parseHolder(text: string): RingHolder | null {
  try {
    const { host, pid, sinceUs, space = null, startTicks: ticks = null } = JSON.parse(text) as Partial<RingHolder>;
    if (typeof host !== 'string' || !Number.isSafeInteger(pid) || !Number.isSafeInteger(sinceUs)) return null;
    return { host, pid: pid as number, sinceUs: sinceUs as number, space, startTicks: ticks };
  } catch {
    return null;
  }
}

/** random(4) and pid_namespaces(7). */
function pidSpace(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** Field 22 of proc_pid_stat(5), counted behind the name, which may hold anything. */
function startTicks(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return null;
  }
}
