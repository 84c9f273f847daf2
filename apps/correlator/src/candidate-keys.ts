/** Which connections of the ring a group of lines asks for, and what their resets are. No packet is read for this. */
import { type LogLine, upstreamKey } from '@resetscope/diagnosis';
import type { ConnectionKey, ResetRecord } from '@resetscope/ring';
import { TcpFlag } from '@resetscope/wire';
import { connectionName } from './claims.ts';

/** Every line's nearest connections first, then the second nearest, until there are `max`: no line starves another. */
export function fairKeys<Key extends ConnectionKey>(wanted: readonly (readonly Key[])[], max: number): readonly Key[] {
  const keys = new Map<string, Key>();
  const longest = wanted.reduce((len, list) => Math.max(len, list.length), 0);
  for (let rank = 0; rank < longest && keys.size < max; rank++) {
    for (const list of wanted) {
      const key = list[rank];
      if (key !== undefined && keys.size < max) keys.set(connectionName(key), key);
    }
  }
  return [...keys.values()];
}

/** `address port` of each upstream that the lines name. */
export function upstreamsOf(lines: readonly LogLine[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => upstreamKey(line) ?? []));
}

/** A closed port's answer to a SYN (RFC 9293 section 3.5.2, group 1). */
export function isRefusal(reset: ResetRecord): boolean {
  return reset.seq === 0 && (reset.flags & TcpFlag.ACK) !== 0;
}
