/**
 * Which ends of connections the lines of a node have taken lately, as far as this process knows: they are no candidates for other
 * lines, and still tell how the servers around fared. Claims (claims.ts) decide; this saves reading what they would refuse.
 */
import type { TcpStream } from '@resetscope/flow';
import type { ResetRecord, TimeWindow } from '@resetscope/ring';
import { connectionKeyOf, connectionName } from './claims.ts';

/** Another process may give a claim up; nobody asks for an end this long after. */
const KEEP_US = 30_000_000;
/** Ends remembered, the latest. */
const ENDS_MAX = 100_000;
/** Connections remembered whole: some kilobytes each. */
const STREAMS_MAX = 256;

interface TakenEnd {
  readonly name: string;
  readonly claimant: string;
  readonly notedUs: number;
}

export class TakenEnds {
  /** By time: two connections hardly end in one microsecond. */
  private readonly ends = new Map<number, TakenEnd>();
  /** By what names them. The latest last. */
  private readonly streams = new Map<string, TcpStream>();

  note(stream: TcpStream, claimant: string): void {
    const taken = { name: nameOf(stream), claimant, notedUs: Date.now() * 1000 };
    for (const { tsUs } of stream.endings) this.ends.set(tsUs, taken);
    shorten(this.ends, ENDS_MAX);
    this.streams.delete(taken.name);
    this.streams.set(taken.name, stream);
    shorten(this.streams, STREAMS_MAX);
  }

  forget(stream: TcpStream): void {
    for (const { tsUs } of stream.endings) this.ends.delete(tsUs);
  }

  /** Taken by a line that is none of these. own: claimants. */
  isOthers({ tsUs, src, srcPort, dst, dstPort }: ResetRecord, own: ReadonlySet<string>): boolean {
    const taken = this.ends.get(tsUs);
    if (taken === undefined || own.has(taken.claimant) || Date.now() * 1000 - taken.notedUs > KEEP_US) return false;
    return taken.name === connectionName({ addressA: src, portA: srcPort, addressB: dst, portB: dstPort });
  }

  /** Of those taken lately, the ones with their last packet in the window; not of the ends of these. */
  streamsIn({ fromUs, toUs }: TimeWindow, others: readonly TcpStream[]): readonly TcpStream[] {
    const known = new Set(others.map(nameOf));
    return [...this.streams]
      .filter(([name, { lastUs }]) => lastUs >= fromUs && lastUs < toUs && !known.has(name))
      .map(([, stream]) => stream);
  }
}

function nameOf(stream: TcpStream): string {
  return connectionName(connectionKeyOf(stream));
}

function shorten(map: Map<unknown, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) break;
    map.delete(oldest);
  }
}
