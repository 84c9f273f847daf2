/**
 * Giving up every right once the sockets are open; sockets and mappings stay. Three layers: the user, which changes for all
 * threads and takes root's capabilities from them; the main thread's capabilities, for a process that has them without being
 * root (its other threads: bare-restart.ts); and for all threads a seccomp filter. What is left is told, not assumed.
 */
import { readFileSync } from 'node:fs';
import { CaptureError } from './capture-error.ts';
import { loadKoffi } from './koffi.ts';
import { type ProcessRights, readRights } from './process-rights.ts';
import { dropBoundingSet, dropCapabilities, forbidNewRights } from './thread-rights.ts';

export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** The overflow ids of the kernel (/proc/sys/kernel/overflowuid), `nobody` wherever it is not in a passwd file. */
const NOBODY: UserIds = { uid: 65534, gid: 65534 };

/** passwd: text of /etc/passwd (passwd(5)). undefined: no such user. */
export function findUser(passwd: string, user: string): UserIds | undefined {
  for (const [, name, uid, gid] of passwd.matchAll(/^([^:\n]+):[^:\n]*:(\d+):(\d+):/gm)) {
    if (name === user) return { uid: Number(uid), gid: Number(gid) };
  }
  return user === 'nobody' ? NOBODY : undefined;
}

/** Ids of a user of this host; undefined: no such user. */
export function userIds(user: string): UserIds | undefined {
  return findUser(readPasswd(), user);
}

/**
 * Becomes `user` for good, with no supplementary groups and no capability; null: the user stays, the capabilities go. Call
 * after the sources are open. Returns what is left, undefined where that cannot be read. @throws CaptureError RS_USAGE
 */
export async function dropPrivileges(user: string | null): Promise<ProcessRights | undefined> {
  const ids = user === null ? null : findIds(user);
  const koffi = await loadKoffi().catch(() => null);
  if (koffi !== null) dropBoundingSet(koffi);
  if (user !== null && ids !== null && process.getuid?.() !== ids.uid) become(user, ids);
  if (koffi !== null) {
    dropCapabilities(koffi);
    forbidNewRights(koffi);
  }
  return readRights();
}

function findIds(user: string): UserIds {
  const ids = userIds(user);
  if (ids !== undefined) return ids;
  const message = `expected a user of this host, got ${JSON.stringify(user)}`;
  throw new CaptureError('RS_USAGE', message, 'choose one of /etc/passwd');
}

function become(user: string, ids: UserIds): void {
  try {
    process.setgroups?.([]);
    process.setgid?.(ids.gid);
    process.setuid?.(ids.uid);
  } catch (cause) {
    const message = `expected the right to become user ${user}, got none`;
    const fix = 'start as root with the capabilities SETUID and SETGID, or stay with --user root';
    throw new CaptureError('RS_USAGE', message, fix, cause);
  }
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'latin1');
  } catch {
    return '';
  }
}
