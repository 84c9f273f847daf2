/** Which connections of the ring a group of lines could speak of, from the reset index: no packet is read for this. */
import { type LogLine, upstreamKey } from '@resetscope/diagnosis';
import type { ConnectionKey, ResetRecord } from '@resetscope/ring';
import { TcpFlag } from '@resetscope/wire';
import { connectionName } from './claims.ts';
import { windowOf, writtenUs } from './line-time.ts';

/** Connections of the resets that the line may be about, nearest in time first, `max` at most. resets: in order of time. */
export function nearestKeys(
  line: LogLine,
  resets: readonly ResetRecord[],
  upstreams: ReadonlySet<string>,
  max: number,
): readonly ConnectionKey[] {
  if (line.leg === null) return [];
  const found = collect(line, resets, max, (reset) => fits(line, reset, upstreams));
  if (found.length > 0 || line.leg !== 'client') return found;
  // The client may be one that realip or the PROXY protocol has put there: on no packet.
  return collect(line, resets, max, (reset) => !isOfUpstream(reset, upstreams));
}

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

function collect(
  line: LogLine,
  resets: readonly ResetRecord[],
  max: number,
  accepts: (reset: ResetRecord) => boolean,
): readonly ConnectionKey[] {
  const keys = new Map<string, ConnectionKey>();
  const { fromUs, toUs } = windowOf(line);
  for (const reset of nearestFirst(resets, writtenUs(line))) {
    if (keys.size >= max) break;
    if (reset.tsUs < fromUs || reset.tsUs >= toUs || !accepts(reset)) continue;
    const key = { addressA: reset.src, portA: reset.srcPort, addressB: reset.dst, portB: reset.dstPort };
    keys.set(connectionName(key), key);
  }
  return [...keys.values()];
}

function* nearestFirst(resets: readonly ResetRecord[], atUs: number): Generator<ResetRecord> {
  let after = firstAfter(resets, atUs);
  let before = after - 1;
  for (;;) {
    const left = resets[before];
    const right = resets[after];
    if (left !== undefined && (right === undefined || atUs - left.tsUs <= right.tsUs - atUs)) {
      yield left;
      before--;
    } else if (right !== undefined) {
      yield right;
      after++;
    } else return;
  }
}

function firstAfter(resets: readonly ResetRecord[], atUs: number): number {
  let low = 0;
  let high = resets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((resets[middle] as ResetRecord).tsUs <= atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function fits(line: LogLine, reset: ResetRecord, upstreams: ReadonlySet<string>): boolean {
  if (isRefusal(reset) && line.kind !== 'connect-failed') return false;
  if (line.leg === 'upstream') {
    const upstream = upstreamKey(line);
    return upstream !== null && (endOf(reset, 'src') === upstream || endOf(reset, 'dst') === upstream);
  }
  return (
    line.client !== null && (reset.src === line.client || reset.dst === line.client) && !isOfUpstream(reset, upstreams)
  );
}

function isOfUpstream(reset: ResetRecord, upstreams: ReadonlySet<string>): boolean {
  return upstreams.has(endOf(reset, 'src')) || upstreams.has(endOf(reset, 'dst'));
}

function endOf(reset: ResetRecord, end: 'src' | 'dst'): string {
  return end === 'src' ? `${reset.src} ${reset.srcPort}` : `${reset.dst} ${reset.dstPort}`;
}
