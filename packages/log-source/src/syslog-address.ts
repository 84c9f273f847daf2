/** Where syslog datagrams come in, as people write it: `unix:/run/resetscope/syslog.sock`, `127.0.0.1:5514`, `5514`. */
import { resolve } from 'node:path';
import { ClearError, formatListenAddress, type ListenAddress, parseListenAddress } from '@resetscope/telemetry';
import { splitZone } from './log-spec.ts';

export type SyslogAddress =
  | { readonly kind: 'udp'; readonly listen: ListenAddress }
  | { readonly kind: 'unix'; readonly path: string };

export interface SyslogSpec {
  readonly address: SyslogAddress;
  readonly timezone: string | undefined;
}

/** Longest path of a unix socket, bytes: sockaddr_un.sun_path without its NUL (unix(7)). */
export const UNIX_PATH_MAX = 107;

/** A unix socket waits on one of the four threads of Node's pool; files need the others. */
const MAX_SYSLOG = 2;

/** As many as may be listened on. @throws ClearError RS_USAGE */
export function parseSyslogSpecs(texts: readonly string[]): readonly SyslogSpec[] {
  if (texts.length <= MAX_SYSLOG) return texts.map(parseSyslogSpec);
  throw new ClearError('RS_USAGE', `expected --syslog at most ${MAX_SYSLOG} times, got ${texts.length}`);
}

/** `ADDRESS` or `ADDRESS=ZONE`. @throws ClearError RS_USAGE */
export function parseSyslogSpec(text: string): SyslogSpec {
  const { name, timezone } = splitZone(text);
  if (!name.startsWith('unix:')) return { address: { kind: 'udp', listen: parseListenAddress(name) }, timezone };
  const path = resolve(name.slice('unix:'.length));
  if (name.length > 'unix:'.length && Buffer.byteLength(path) <= UNIX_PATH_MAX) {
    return { address: { kind: 'unix', path }, timezone };
  }
  throw new ClearError(
    'RS_USAGE',
    `expected unix:PATH with at most ${UNIX_PATH_MAX} bytes of path, got ${JSON.stringify(name)}`,
  );
}

/** As in the `file` of a line: `syslog:127.0.0.1:5514`. */
export function syslogName(address: SyslogAddress): string {
  return address.kind === 'unix' ? `syslog:unix:${address.path}` : `syslog:${formatListenAddress(address.listen)}`;
}
