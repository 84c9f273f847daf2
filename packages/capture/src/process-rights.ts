/** What a process may still do, as the kernel tells it in /proc/PID/status (proc(5)): of all its threads together. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessRights {
  /** Effective user id. */
  readonly uid: number;
  /** Bits of linux/capability.h that any thread has or may take: permitted, effective, inheritable, ambient. */
  readonly capabilities: bigint;
  /** No thread can gain rights by starting a program. */
  readonly noNewPrivs: boolean;
}

/** undefined where there is no /proc. */
export function readRights(pid: number | 'self' = 'self'): ProcessRights | undefined {
  try {
    const tasks = `/proc/${pid}/task`;
    return mergeRights(readdirSync(tasks).map((thread) => readStatus(`${tasks}/${thread}/status`)));
  } catch {
    return undefined;
  }
}

/** texts: of the status files of all threads; an empty one is a thread that has ended meanwhile. */
export function mergeRights(texts: readonly string[]): ProcessRights {
  let uid = 0;
  let capabilities = 0n;
  let noNewPrivs = true;
  for (const text of texts.filter((status) => status !== '')) {
    uid = Number(/^Uid:\t\d+\t(\d+)/m.exec(text)?.[1]);
    for (const [, hex] of text.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\t([0-9a-f]+)$/gm)) capabilities |= BigInt(`0x${hex}`);
    noNewPrivs &&= /^NoNewPrivs:\t1$/m.test(text);
  }
  return { uid, capabilities, noNewPrivs };
}

function readStatus(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
