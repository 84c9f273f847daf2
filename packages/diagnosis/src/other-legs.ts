/**
 * Finds nginx's other connection for the request that a matched line speaks of: the client's for an upstream leg, the upstream's for
 * a client leg. Never by a guess: an id that both carry, the client's port in the access log, or that no other connection had this
 * request when it must have been there, and none that could have hidden it.
 */
import type { Exchange, TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { JoinedBy, Leg } from './incident.ts';
import { ASKS_WITHIN_US, type Asked, JITTER_US, type Known, knownOf, sentUs, upstreamNamed } from './known-leg.ts';
import { type LogLine, upstreamKey } from './log-line.ts';
import type { Match } from './match.ts';
import { addTo, type Multimap } from './multimap.ts';
import { type Unreadable, unreadable } from './unreadable.ts';

export interface FoundLeg {
  readonly leg: Leg;
  readonly stream: TcpStream;
  readonly joinedBy: JoinedBy;
  /** 0..1 */
  readonly confidence: number;
  /** The time of the request on the incident's own leg, until it ended. */
  readonly fromUs: number;
  readonly toUs: number;
}

/** An id and a port are exact; the rest is what time leaves open: none of those found on recorded cases was wrong (test/accuracy). */
const CONFIDENCE: Readonly<Record<JoinedBy, number>> = {
  'x-request-id': 0.99,
  'access-log': 0.99,
  'request-line-and-time': 0.9,
};

/** Less than this an id is no id (a client may send what it likes). */
const ID_MIN_LEN = 8;

export interface LegView {
  /** Connections to choose from; those without a FIN or RST too. */
  readonly streams: readonly TcpStream[];
  /** Others of which it is known that they were there, not what they carried. */
  readonly unreadable: readonly Unreadable[];
  /** False: connections with the lines' requests were left out, so that being the only one proves nothing. */
  readonly isWhole: boolean;
}

type Joined = Pick<FoundLeg, 'stream' | 'joinedBy'> | null;

export class OtherLegs {
  private readonly accessLog: AccessLog | null;
  private readonly isWhole: boolean;
  private readonly byOriginator: Multimap<string, TcpStream> = new Map();
  private readonly byTarget: Multimap<string, Asked> = new Map();
  private readonly byRequestId: Multimap<string, Asked> = new Map();
  /** By the originator's address, and by the responder. */
  private readonly unreadable: Multimap<string, Unreadable> = new Map();

  constructor({ streams, unreadable: others, isWhole }: LegView, accessLog: AccessLog | null) {
    this.accessLog = accessLog;
    this.isWhole = isWhole;
    for (const stream of streams) this.note(stream);
    for (const one of others) this.noteUnreadable(one);
  }

  /** Null: nothing shows which it is. */
  of(match: Match): FoundLeg | null {
    if (match.kind !== 'matched' || match.line.leg === null) return null;
    const known = knownOf(match.line, match.best);
    const joined = match.line.leg === 'upstream' ? this.clientOf(known) : this.upstreamOf(known);
    if (joined === null) return null;
    const leg: Leg = match.line.leg === 'upstream' ? 'client' : 'upstream';
    return { leg, ...joined, confidence: CONFIDENCE[joined.joinedBy], fromUs: known.startUs, toUs: known.endUs };
  }

  private clientOf(known: Known): Joined {
    const ports = this.accessLog?.clientEndpoints(known.line.entry.connectionNumber) ?? new Set<string>();
    if (ports.size > 0) {
      const open = [...ports].flatMap((port) => this.byOriginator.get(port) ?? []).filter((s) => mayCarry(s, known));
      return only(open, 'access-log');
    }
    const { exchange, line } = known;
    const sameId = this.withId(exchange?.requestId ?? null).filter((one) => isWaiting(one, known));
    const ofAddress = sameId.filter((one) => isFromClient(one.stream, line));
    if (sameId.length > 0) return only((ofAddress.length > 0 ? ofAddress : sameId).map(streamOf), 'x-request-id');
    const { request } = line.entry;
    if (!this.isWhole || line.client === null || request?.target == null || line.entry.truncated) return null;
    const asking = (this.byTarget.get(request.target) ?? []).filter(
      (one) => one.stream !== known.stream && isClientOf(one, line) && isWaiting(one, known),
    );
    if (asking.some((one) => !isJustAsked(one.exchange, known.startUs))) return null;
    return this.hidesClient(known) ? null : only(asking.map(streamOf), 'request-line-and-time');
  }

  private upstreamOf(known: Known): Joined {
    const { exchange, line } = known;
    if (exchange === null) return null;
    const access = this.accessLog?.requestOf(line) ?? null;
    const named = upstreamNamed(line, this.accessLog);
    const isAsked = (one: Asked): boolean => one.stream !== known.stream && isAskedFor(one, known, named);
    const ids = new Set([exchange.requestId, access?.requestId ?? null]);
    const sameId = [...ids].flatMap((id) => this.withId(id)).filter(isAsked);
    if (sameId.length > 0) return only(lastAttempt(sameId), 'x-request-id');
    const request = exchange.target === null ? line.entry.request : exchange;
    if (!this.isWhole || named === null || request?.target == null || line.entry.truncated) return null;
    const asked = [...new Set([line.entry.upstream?.uri ?? request.target, request.target])]
      .flatMap((target) => this.byTarget.get(target) ?? [])
      .filter((one) => isAsked(one) && one.exchange.method === request.method);
    if (asked.some((one) => !isJustAsked(exchange, sentUs(one)))) return null;
    return this.hidesRequest(named, exchange) ? null : only(asked.map(streamOf), 'request-line-and-time');
  }

  private withId(id: string | null): readonly Asked[] {
    return id === null || id.length < ID_MIN_LEN ? [] : (this.byRequestId.get(id) ?? []);
  }

  /** Could the request have come on a connection of the client that shows nothing of its requests? */
  private hidesClient({ line, startUs }: Known): boolean {
    const upstream = upstreamKey(line);
    return (this.unreadable.get(line.client ?? '') ?? []).some(
      (one) => one.responder !== upstream && overlaps(one, startUs - ASKS_WITHIN_US, startUs),
    );
  }

  /** Could the request have gone out on a connection to the upstream that shows nothing of its requests? */
  private hidesRequest(upstream: string, { requestStartUs, requestEndUs }: Exchange): boolean {
    const untilUs = (requestEndUs ?? requestStartUs) + ASKS_WITHIN_US;
    return (this.unreadable.get(upstream) ?? []).some((one) => overlaps(one, requestStartUs, untilUs));
  }

  private note(stream: TcpStream): void {
    const { originator, proxyHeader } = stream;
    addTo(this.byOriginator, `${originator.address}:${originator.port}`, stream);
    if (proxyHeader !== null)
      addTo(this.byOriginator, `${proxyHeader.sourceAddress}:${proxyHeader.sourcePort}`, stream);
    for (const exchange of stream.exchanges) {
      const { requestId, target } = exchange;
      if (target !== null) addTo(this.byTarget, target, { stream, exchange });
      if (requestId !== null) addTo(this.byRequestId, requestId, { stream, exchange });
    }
    const hidden = unreadable(stream);
    if (hidden !== null) this.noteUnreadable(hidden);
  }

  private noteUnreadable(one: Unreadable): void {
    addTo(this.unreadable, one.originator, one);
    addTo(this.unreadable, one.responder, one);
  }
}

function streamOf({ stream }: Asked): TcpStream {
  return stream;
}

/** Null unless it is one connection, however often it is there. */
function only(streams: readonly TcpStream[], joinedBy: JoinedBy): Joined {
  const [stream] = streams;
  return stream !== undefined && streams.every((other) => other === stream) ? { stream, joinedBy } : null;
}

/** The connection has the request waiting at that time; of one that shows no requests, that it was there. */
function mayCarry(stream: TcpStream, known: Known): boolean {
  const { startUs, stream: own, line } = known;
  if (stream === own) return false;
  if (unreadable(stream) !== null) return stream.firstUs <= startUs && stream.lastUs >= startUs - ASKS_WITHIN_US;
  const target = line.entry.request?.target ?? null;
  return stream.exchanges.some((exchange) => {
    return isWaiting({ stream, exchange }, known) && (target === null || exchange.target === target);
  });
}

/** The client had asked, and had no answer yet, when nginx turned to the upstream. */
function isWaiting({ stream, exchange }: Asked, known: Pick<Known, 'stream' | 'startUs'>): boolean {
  const { requestStartUs, responseStartUs } = exchange;
  const hasAsked = stream !== known.stream && requestStartUs <= known.startUs + JITTER_US;
  return hasAsked && (responseStartUs === null || responseStartUs >= known.startUs - JITTER_US);
}

/** Addresses of realip are on no packet, and so never here. */
function isFromClient({ originator, proxyHeader, responder }: TcpStream, line: LogLine): boolean {
  const isOwn = originator.address === line.client || proxyHeader?.sourceAddress === line.client;
  return isOwn && `${responder.address} ${responder.port}` !== upstreamKey(line);
}

/** A connection of the line's client to nginx with its request. */
function isClientOf({ stream, exchange }: Asked, line: LogLine): boolean {
  if (!isFromClient(stream, line)) return false;
  const { host, request } = line.entry;
  const isOtherHost = host !== null && exchange.host !== null && exchange.host !== host;
  return exchange.method === request?.method && !isOtherHost;
}

/** nginx asks when it has the request whole, or (proxy_request_buffering off) its head. */
function isJustAsked({ requestStartUs, requestEndUs }: Exchange, startUs: number): boolean {
  const wholeUs = Math.min(startUs, requestEndUs ?? requestStartUs);
  return startUs - wholeUs <= ASKS_WITHIN_US || startUs - requestStartUs <= ASKS_WITHIN_US;
}

/** nginx asked this upstream while the client's request was under way; named: its key, null when no log names it. */
function isAskedFor(one: Asked, { exchange: own, endUs, stream: client }: Known, named: string | null): boolean {
  const { address, port } = one.stream.responder;
  const isListener = address === client.responder.address && port === client.responder.port;
  if (isListener || (named !== null && `${address} ${port}` !== named)) return false;
  const fromUs = (own?.requestStartUs ?? 0) - JITTER_US;
  const toUs = Math.min(endUs, own?.responseStartUs ?? endUs) + JITTER_US;
  return sentUs(one) >= fromUs && sentUs(one) <= toUs;
}

/** Of several attempts with one id the last: the one that nginx speaks of. Attempts that overlap are no attempts of one request. */
function lastAttempt(asked: readonly Asked[]): readonly TcpStream[] {
  const inOrder = asked.toSorted((a, b) => a.exchange.requestStartUs - b.exchange.requestStartUs);
  const last = inOrder.at(-1);
  if (last === undefined) return [];
  const isAfterAll = inOrder.every(
    ({ stream }) => stream === last.stream || stream.lastUs <= last.exchange.requestStartUs,
  );
  return isAfterAll ? [last.stream] : inOrder.map(streamOf);
}

function overlaps({ fromUs, toUs }: Unreadable, startUs: number, endUs: number): boolean {
  return fromUs <= endUs && toUs >= startUs;
}
