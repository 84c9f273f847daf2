/**
 * What the rest of the capture knows about the ends of a connection: usual TTLs of an address, how a server treats others,
 * what died at the same moment. Filled while the capture is read, asked by the rules. Keeps facts, never connections.
 */
import type { Endpoint, TcpStream } from '@resetscope/flow';
import { chanceOf } from './chance.ts';
import { type Death, deathOf, isUnfinished } from './death.ts';
import { addTo, type Multimap } from './multimap.ts';

/** What happens together less often than this by chance has one cause. */
const CHANCE_MAX = 0.001;
const SECOND_US = 1_000_000;
/** Deaths this close together have one cause: a killed process, a closed listener (measured: within 0.3 ms, 2.3 ms on an overloaded host). */
const TOGETHER_US = 2_500;
/** A server that refuses within this time of its connections' death has gone. */
const REFUSED_SOON_US = 5_000_000;
/** nginx closes the upstream connection in the event-loop round in which it meets the client's end (lab u29); a stalled worker later. */
const PASSED_ON_US = 1_000_000;
/** Addresses whose TTLs and ports are remembered; beyond, new addresses have no baseline. */
const ADDRESSES_MAX = 65_536;
/** Ports of others that one address tries before it is a scanner (rst-causes, port-scan). */
export const SCAN_PORTS = 10;

export class Surroundings {
  private readonly ttls = new Map<string, Set<number>>();
  private readonly tried = new Map<string, Set<string>>();
  private readonly accepted = new Map<string, number>();
  private readonly tlsServers = new Set<string>();
  private readonly answering = new Set<string>();
  /** By address and time. */
  private readonly deaths: Multimap<string, Death> = new Map();
  /** Per second: of a server those without an answer, of an address those inside an exchange. */
  private readonly deathCounts = new Map<string, number>();
  /** Per server and number of exchanges, per server with any, and per server those without an answer. */
  private readonly closings = new Map<string, number>();
  private readonly served = new Map<string, number>();
  private readonly unanswered = new Map<string, number>();
  private readonly refusals: Multimap<string, number> = new Map();
  /** By target of the request, if it can be seen, and time. */
  private readonly originatorEnds: Multimap<string, OriginatorEnd> = new Map();

  /** A TTL (hop limit) seen on a packet from this address that was not a RST. */
  noteTtl(address: string, ttl: number): void {
    remember(this.ttls, address, ttl);
  }

  /** A SYN: who tries which ports. */
  noteSyn(from: string, to: Endpoint): void {
    const known = this.tried.get(from);
    if (known === undefined || known.size < SCAN_PORTS) remember(this.tried, from, keyOf(to));
  }

  /** A SYN+ACK: a server that accepts. */
  noteAccept(server: Endpoint): void {
    const key = keyOf(server);
    if (!this.accepted.has(key) && this.accepted.size >= ADDRESSES_MAX) return;
    increment(this.accepted, key);
    this.answering.add(server.address);
  }

  noteStream(stream: TcpStream): void {
    if (stream.tls?.sawServerHello === true) this.tlsServers.add(keyOf(stream.responder));
    const [first] = stream.endings;
    const byResponder = stream.endings.find((e) => e.from === 'responder');
    if (byResponder?.shape === 'refuse') this.noteRefusal(stream.responder, byResponder.tsUs);
    else if (byResponder !== undefined) this.noteDeath(deathOf(stream, byResponder));
    if (first?.from === 'originator' && isUnfinished(first.before.exchange)) {
      const key = momentKey(first.before.exchange?.target ?? UNSEEN, first.tsUs, PASSED_ON_US);
      addTo(this.originatorEnds, key, { atUs: first.tsUs, server: keyOf(stream.responder) });
    }
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

  /** Different ports that this address has tried to connect to; no more than SCAN_PORTS are counted. */
  portsTriedBy(address: string): number {
    return this.tried.get(address)?.size ?? 0;
  }

  /** Has the address both asked and answered, as a proxy does? */
  isProxy(address: string): boolean {
    return this.tried.has(address) && this.answering.has(address);
  }

  /** Other connections to this port were answered in TLS. */
  speaksTls(server: Endpoint): boolean {
    return this.tlsServers.has(keyOf(server));
  }

  /**
   * Other connections of the same server that it ended within 2.5 ms of this time without having answered; 0 when as many
   * fall together by chance, because the server ends connections all the time.
   */
  diedTogether(stream: TcpStream, atUs: number): number {
    const { responder } = stream;
    const others = this.deathsAt(stream, atUs).filter((d) => d.port === responder.port && !d.answered).length;
    return this.isChance(keyOf(responder), others, atUs) ? 0 : others;
  }

  /** The same of connections that the responder ended inside an exchange, on any port. */
  cutTogether(stream: TcpStream, atUs: number): number {
    const others = this.deathsAt(stream, atUs).filter((d) => d.unfinished).length;
    return this.isChance(stream.responder.address, others, atUs) ? 0 : others;
  }

  /** How many connections the server ended after this number of exchanges, at the end of one. */
  closedAfter(server: Endpoint, exchanges: number): number {
    return this.closings.get(`${keyOf(server)} ${exchanges}`) ?? 0;
  }

  /** How many connections the server ended after at least one. */
  closedAfterAny(server: Endpoint): number {
    return this.served.get(keyOf(server)) ?? 0;
  }

  /** Connections that the server accepted and ended without an answer; null when it answered one. */
  neverAnswered(server: Endpoint): number | null {
    const silent = this.unanswered.get(keyOf(server)) ?? 0;
    return silent >= (this.accepted.get(keyOf(server)) ?? Number.POSITIVE_INFINITY) ? silent : null;
  }

  /** The same server refused connections within 5 s after this time. */
  refusedSoonAfter(server: Endpoint, atUs: number): boolean {
    return (this.refusals.get(keyOf(server)) ?? []).some((t) => t >= atUs && t <= atUs + REFUSED_SOON_US);
  }

  /**
   * Within a second before, somebody who had asked another server the same left without the whole answer; or had asked
   * this connection's originator for something that cannot be seen.
   */
  clientLeft({ originator, responder }: TcpStream, target: string | null, atUs: number): boolean {
    const ends = (of: string): readonly OriginatorEnd[] =>
      around(this.originatorEnds, of, atUs, PASSED_ON_US).filter(
        (e) => e.atUs <= atUs && atUs - e.atUs <= PASSED_ON_US && e.server !== keyOf(responder),
      );
    if (target !== null && ends(target).length > 0) return true;
    return ends(UNSEEN).some((e) => e.server.startsWith(`${originator.address} `));
  }

  private noteDeath(death: Death): void {
    addTo(this.deaths, momentKey(death.address, death.atUs, TOGETHER_US), death);
    const server = keyOf(death);
    increment(this.closings, `${server} ${death.exchanges}`);
    if (death.exchanges > 0) increment(this.served, server);
    if (!death.answered) increment(this.unanswered, server);
    if (!death.answered) increment(this.deathCounts, momentKey(server, death.atUs, SECOND_US));
    if (death.unfinished) increment(this.deathCounts, momentKey(death.address, death.atUs, SECOND_US));
  }

  /** The rate is that of the busiest second around, without this moment's own deaths. */
  private isChance(of: string, others: number, atUs: number): boolean {
    const counts = [-1, 0, 1].map(
      (step) => this.deathCounts.get(momentKey(of, atUs + step * SECOND_US, SECOND_US)) ?? 0,
    );
    const [before = 0, now = 0, after = 0] = counts;
    const perSecond = Math.max(before, now - others - 1, after);
    return chanceOf(others, (perSecond * 2 * TOGETHER_US) / SECOND_US) > CHANCE_MAX;
  }

  private deathsAt(stream: TcpStream, atUs: number): readonly Death[] {
    return around(this.deaths, stream.responder.address, atUs, TOGETHER_US).filter(
      (d) => Math.abs(d.atUs - atUs) <= TOGETHER_US && d.peer !== keyOf(stream.originator),
    );
  }
}

/** Stands for a target that cannot be seen; no request line has one like it. */
const UNSEEN = '\n';

/** Names a span of time of something, so that what is near is found without looking at all of it. */
function momentKey(of: string, atUs: number, spanUs: number): string {
  return `${Math.floor(atUs / spanUs)} ${of}`;
}

/** What was noted of it in the span of this time and in both next to it. */
function around<T>(map: Multimap<string, T>, of: string, atUs: number, spanUs: number): readonly T[] {
  return [-1, 0, 1].flatMap((step) => map.get(momentKey(of, atUs + step * spanUs, spanUs)) ?? []);
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

/** An originator that ended its connection inside an exchange. */
interface OriginatorEnd {
  readonly atUs: number;
  /** `address port` of the responder. */
  readonly server: string;
}

function remember<T>(map: Map<string, Set<T>>, address: string, value: T): void {
  const known = map.get(address);
  if (known !== undefined) known.add(value);
  else if (map.size < ADDRESSES_MAX) map.set(address, new Set([value]));
}

function keyOf(end: Endpoint): string {
  return `${end.address} ${end.port}`;
}
