/** Giving up root once the sockets are open. Root's capabilities go with the user id; sockets and mappings stay. */
import { readFileSync } from 'node:fs';
import { CaptureError } from './capture-error.ts';

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

/** Becomes `user` for good, with no supplementary groups. Call after the sources are open. @throws CaptureError RS_USAGE */
export function dropPrivileges(user: string): void {
  const ids = userIds(user);
  if (ids === undefined) {
    throw new CaptureError(
      'RS_USAGE',
      `expected a user of this host, got ${JSON.stringify(user)}`,
      'choose one of /etc/passwd',
    );
  }
  if (process.getuid?.() === ids.uid) return;
  try {
    process.setgroups?.([]);
    process.setgid?.(ids.gid);
    process.setuid?.(ids.uid);
  } catch (cause) {
    throw new CaptureError(
      'RS_USAGE',
      `expected the right to become user ${user}, got none`,
      'start as root, or without --user',
      cause,
    );
  }
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'latin1');
  } catch {
    return '';
  }
}
