/** The resets around a group of lines, sorted by whom they are of: which of them a line may speak of, the likeliest first. */
import { addTo, type LogLine, type Multimap, upstreamKey } from '@resetscope/diagnosis';
import type { ConnectionKey, ResetRecord } from '@resetscope/ring';
import { isRefusal } from './candidate-keys.ts';
import { connectionName } from './claims.ts';
import { windowOf, writtenUs } from './line-time.ts';

export class NearResets {
  private readonly upstreams: ReadonlySet<string>;
  /** Those of `address port`, and, apart from those of upstreams, of an address; in order of time. */
  private readonly byEnd: Multimap<string, ResetRecord> = new Map();
  private readonly byClient: Multimap<string, ResetRecord> = new Map();
  private readonly ofClients: ResetRecord[] = [];

  /** resets: in order of time. upstreams: upstreamsOf the lines. */
  constructor(resets: readonly ResetRecord[], upstreams: ReadonlySet<string>) {
    this.upstreams = upstreams;
    for (const reset of resets) this.sortIn(reset);
  }

  /** Connections of the resets that the line may be about, `max` at most. */
  keysFor(line: LogLine, max: number): readonly ConnectionKey[] {
    if (line.leg === null) return [];
    const found = collect(line, this.fitting(line), max);
    // The client may be one that realip or the PROXY protocol has put there: on no packet.
    return found.length > 0 || line.leg !== 'client' ? found : collect(line, this.ofClients, max);
  }

  private sortIn(reset: ResetRecord): void {
    const [src, dst] = [`${reset.src} ${reset.srcPort}`, `${reset.dst} ${reset.dstPort}`];
    const isOfUpstream = this.upstreams.has(src) || this.upstreams.has(dst);
    if (isOfUpstream) {
      for (const end of [src, dst]) if (this.upstreams.has(end)) addTo(this.byEnd, end, reset);
      return;
    }
    this.ofClients.push(reset);
    for (const address of new Set([reset.src, reset.dst])) addTo(this.byClient, address, reset);
  }

  private fitting(line: LogLine): readonly ResetRecord[] {
    const found =
      line.leg === 'upstream' ? this.byEnd.get(upstreamKey(line) ?? '') : this.byClient.get(line.client ?? '');
    if (found === undefined) return [];
    return line.kind === 'connect-failed' ? found : found.filter((reset) => !isRefusal(reset));
  }
}

function collect(line: LogLine, resets: readonly ResetRecord[], max: number): readonly ConnectionKey[] {
  const keys = new Map<string, ConnectionKey>();
  const { fromUs, toUs } = windowOf(line);
  for (const reset of likeliestFirst(line, resets)) {
    if (keys.size >= max) break;
    if (reset.tsUs < fromUs || reset.tsUs >= toUs) continue;
    const key = { addressA: reset.src, portA: reset.srcPort, addressB: reset.dst, portB: reset.dstPort };
    keys.set(connectionName(key), key);
  }
  return [...keys.values()];
}

/**
 * Those since the log was last seen without the line, the oldest and the latest in turn: lines come in the order of their resets, and a
 * busy reader is behind. Then the others, nearest first.
 */
function* likeliestFirst(line: LogLine, resets: readonly ResetRecord[]): Generator<ResetRecord> {
  const atUs = writtenUs(line);
  const after = firstAfter(resets, atUs);
  const since = line.unwrittenAtUs === null ? after : firstAfter(resets, line.unwrittenAtUs);
  for (let [low, high] = [since, after - 1]; low <= high; low++, high--) {
    yield resets[low] as ResetRecord;
    if (high > low) yield resets[high] as ResetRecord;
  }
  yield* nearestFirst(resets, atUs, since - 1, after);
}

/** before and after: places in the resets, from which on they are looked at backwards and forwards. */
function* nearestFirst(
  resets: readonly ResetRecord[],
  atUs: number,
  before: number,
  after: number,
): Generator<ResetRecord> {
  for (let [low, high] = [before, after]; ; ) {
    const left = resets[low];
    const right = resets[high];
    if (left !== undefined && (right === undefined || atUs - left.tsUs <= right.tsUs - atUs)) {
      yield left;
      low--;
    } else if (right !== undefined) {
      yield right;
      high++;
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
