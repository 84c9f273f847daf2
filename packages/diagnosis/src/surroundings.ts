/**
 * What the rest of the capture knows about the ends of a connection: usual TTLs of an address, and connections of the
 * same server that died at the same moment. Filled while the capture is read, asked by the rules.
 */
import type { Endpoint, TcpStream } from '@resetscope/flow';
import { addTo, type Multimap } from './multimap.ts';

/** Deaths this close together have one cause: a killed process, a closed listener (measured: within 1 ms; 5 ms of slack). */
const TOGETHER_US = 5_000;
/** A server that refuses within this time of its connections' death has gone. */
const REFUSED_SOON_US = 5_000_000;
/** Addresses whose TTLs are remembered; beyond, new addresses have no baseline. */
const ADDRESSES_MAX = 65_536;

interface Death {
  readonly atUs: number;
  readonly stream: TcpStream;
}

export class Surroundings {
  private readonly ttls = new Map<string, Set<number>>();
  private readonly deaths: Multimap<string, Death> = new Map();
  private readonly refusals: Multimap<string, number> = new Map();

  /** A TTL (hop limit) seen on a packet from this address that was not a RST. */
  noteTtl(address: string, ttl: number): void {
    const known = this.ttls.get(address);
    if (known !== undefined) known.add(ttl);
    else if (this.ttls.size < ADDRESSES_MAX) this.ttls.set(address, new Set([ttl]));
  }

  noteStream(stream: TcpStream): void {
    const first = stream.endings.find((e) => e.from === 'responder');
    if (first === undefined) return;
    if (first.shape === 'refuse') this.noteRefusal(stream.responder, first.tsUs);
    else addTo(this.deaths, keyOf(stream.responder), { atUs: first.tsUs, stream });
  }

  /** The server answered a SYN with RST; noteStream finds it by itself. */
  noteRefusal(server: Endpoint, atUs: number): void {
    addTo(this.refusals, keyOf(server), atUs);
  }

  /** Null without a baseline. */
  ttlIsUsual(address: string, ttl: number): boolean | null {
    const known = this.ttls.get(address);
    return known === undefined ? null : known.has(ttl);
  }

  /** Other connections of the same server that it ended within 5 ms of this time without having answered. */
  diedTogether(stream: TcpStream, atUs: number): number {
    const all = this.deaths.get(keyOf(stream.responder)) ?? [];
    return all.filter(
      (d) => Math.abs(d.atUs - atUs) <= TOGETHER_US && isOther(d.stream, stream) && isUnanswered(d.stream),
    ).length;
  }

  /** The same server refused connections within 5 s after this time. */
  refusedSoonAfter(server: Endpoint, atUs: number): boolean {
    return (this.refusals.get(keyOf(server)) ?? []).some((t) => t >= atUs && t <= atUs + REFUSED_SOON_US);
  }
}

/** Indexes count per capture, and live every connection is a capture of its own: ports tell them apart. */
function isOther(a: TcpStream, b: TcpStream): boolean {
  return (
    a.index !== b.index || a.originator.port !== b.originator.port || a.originator.address !== b.originator.address
  );
}

function isUnanswered(stream: TcpStream): boolean {
  return stream.last.sent.responder === 0;
}

function keyOf(end: Endpoint): string {
  return `${end.address} ${end.port}`;
}
