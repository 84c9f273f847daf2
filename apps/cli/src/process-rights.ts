/** What the kernel lets this process do: user, capabilities, and those it could still get (proc_pid_status(5)). */
import { readFileSync } from 'node:fs';

/** Bits of linux/capability.h. */
export const Capability = { SETGID: 6n, SETUID: 7n, NET_RAW: 13n } as const;

export interface ProcessRights {
  readonly isRoot: boolean;
  /** In force. */
  readonly effective: bigint;
  /** No program started from here has more, root's neither. */
  readonly bounding: bigint;
  /** Neither setcap(8) nor setuid give anything to what is started here. */
  readonly noNewPrivs: boolean;
}

/** status: text of /proc/PID/status. */
export function parseRights(status: string): ProcessRights {
  const capabilities = (set: string): bigint =>
    BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
  return {
    isRoot: /^Uid:\s*\d+\s+0\s/m.test(status),
    effective: capabilities('CapEff'),
    bounding: capabilities('CapBnd'),
    noNewPrivs: /^NoNewPrivs:\s*1$/m.test(status),
  };
}

/** Only on Linux. */
export function readOwnRights(): ProcessRights {
  return parseRights(readFileSync('/proc/self/status', 'latin1'));
}

export function has(set: bigint, capability: bigint): boolean {
  return ((set >> capability) & 1n) === 1n;
}
