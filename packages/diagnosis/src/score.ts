/**
 * How well a connection explains a line: each piece of evidence adds its weight or excludes the candidate. Weights were
 * set so that a matching request line outweighs everything that is not exact, and were checked on recorded cases with
 * known answers (test/accuracy).
 */
import { type Exchange, type Moment, otherSide, type TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { Candidate, ScorePart } from './candidate.ts';
import { expectedPhases } from './expected-phase.ts';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { nginxSideOf } from './nginx-side.ts';
import type { Noticed } from './noticed.ts';
import { phaseAt, twinOf } from './phase.ts';
import type { TimeSpan } from './timed-streams.ts';

const WEIGHT = {
  accessLogPort: 6,
  requestId: 6,
  request: 4,
  phaseFits: 2,
  /** The end of a message is guessed, and the phase that looks the same fits. */
  phaseMayFit: 1,
  phaseMisfits: -3,
  /** Over TLS and in cut payload the ends of messages are guessed, and so is the phase. */
  guessedPhaseMisfits: -1,
  address: 1,
  host: 0.5,
  sameSecond: 1,
  /** Per second between the reset and the nearest moment the stamp allows. */
  perSecondOff: -0.5,
  /** Live: read within a millisecond of the reset. */
  readAtOnce: 2,
  /** Per second between the reset and the end of the time in which the line was written: order tells more than freshness. */
  perSecondUnread: -0.5,
  /** For every factor of ten from a millisecond on: between the reset and that time, when only a busy nginx wrote so late, ... */
  perDecadeUnwritten: -0.5,
  /** ... and between that time and the reset: `timer_resolution` and a busy worker stamp early, clocks jitter. */
  perDecadeEarly: -1,
} as const;

/** A candidate further from the stamp than this is not considered (worker stalls and timer_resolution, measured up to 3.7 s). */
export const WINDOW_US = 6_000_000;

export interface ScoreContext {
  /** Added to a log time to get a capture time. */
  readonly clockOffsetUs: number;
  readonly accessLog: AccessLog | null;
  /** The log's client address is on no packet (realip, PROXY protocol): addresses are not compared. */
  readonly addressUnseen: boolean;
}

/** Null: this connection cannot be the one. */
export function score(
  line: LogLine,
  leg: Leg,
  stream: TcpStream,
  ending: Noticed,
  context: ScoreContext,
): Candidate | null {
  const time = ending === null ? silencePart(line, stream, context) : timePart(line, ending.tsUs, context);
  if (time === null) return null;
  const at = ending?.before ?? stream.last;
  const { exchange } = at;
  const exact = exactParts(line, leg, stream, exchange, context.accessLog);
  const request = requestParts(line, leg, exchange);
  if (exact === null || request === null) return null;
  if (context.addressUnseen && request.length === 0 && exact.length === 0) return null;
  const parts = [time, ...exact, ...request, ...phaseParts(line, leg, stream, ending, at)];
  if (!context.addressUnseen) parts.push(leg === 'client' ? CLIENT_ADDRESS : UPSTREAM_ADDRESS);
  return { stream, ending, score: parts.reduce((sum, { weight }) => sum + weight, 0), parts };
}

/** What a candidate could have added if the capture had begun earlier: of its request nothing is there, for or against it. */
export function unseenScore({ stream, ending }: Candidate): number {
  const { exchange } = ending?.before ?? stream.last;
  return exchange === null && !stream.sawSyn && !stream.sawSynAck ? WEIGHT.request + WEIGHT.phaseFits : 0;
}

const CLIENT_ADDRESS: ScorePart = { kind: 'address', weight: WEIGHT.address, text: 'client address' };
const UPSTREAM_ADDRESS: ScorePart = { kind: 'address', weight: WEIGHT.address, text: 'upstream address and port' };
const SAME_SECOND: ScorePart = { kind: 'time', weight: WEIGHT.sameSecond, text: 'same second' };
const CLIENT_PORT: ScorePart = {
  kind: 'access-log',
  weight: WEIGHT.accessLogPort,
  text: 'client port in the access log',
};
const REQUEST_ID: ScorePart = { kind: 'access-log', weight: WEIGHT.requestId, text: 'X-Request-ID in the access log' };
const REQUEST_LINE: ScorePart = { kind: 'request', weight: WEIGHT.request, text: 'request line' };
const HOST: ScorePart = { kind: 'host', weight: WEIGHT.host, text: 'Host' };

/** When what nginx noticed can have happened: timePart excludes any other time. */
export function possibleTimes(line: LogLine, clockOffsetUs: number): TimeSpan {
  const from = line.stampUs + clockOffsetUs;
  if (line.readAtUs !== null) return { fromUs: line.readAtUs - WINDOW_US, toUs: latestUs(line.readAtUs, from) };
  return { fromUs: from - WINDOW_US, toUs: from + 1_000_000 + WINDOW_US };
}

function timePart(line: LogLine, atUs: number, context: ScoreContext): ScorePart | null {
  if (line.readAtUs !== null) return liveTimePart(line, atUs, context.clockOffsetUs);
  const from = line.stampUs + context.clockOffsetUs;
  const offUs = atUs < from ? from - atUs : Math.max(0, atUs - from - 1_000_000);
  if (offUs > WINDOW_US) return null;
  if (offUs === 0) return SAME_SECOND;
  const seconds = offUs / 1_000_000;
  return { kind: 'time', weight: WEIGHT.perSecondOff * seconds, text: `${seconds.toFixed(1)} s from the stamp` };
}

function liveTimePart(line: LogLine, atUs: number, clockOffsetUs: number): ScorePart | null {
  const { fromUs, toUs } = possibleTimes(line, clockOffsetUs);
  if (atUs < fromUs || atUs > toUs) return null;
  const written = writtenSpan(line, clockOffsetUs);
  const weight =
    WEIGHT.readAtOnce +
    WEIGHT.perSecondUnread * (Math.max(0, written.toUs - Math.max(atUs, written.fromUs)) / 1_000_000) +
    WEIGHT.perDecadeUnwritten * decadesOf(written.fromUs - atUs) +
    WEIGHT.perDecadeEarly * decadesOf(atUs - written.toUs);
  return { kind: 'time', weight, text: 'time before the line was written and read' };
}

/** Factors of ten above what is noise: nginx logs 0.1 to 0.5 ms after the packet (measured). */
function decadesOf(us: number): number {
  return Math.log10(Math.max(us, LIVE_FLOOR_US) / LIVE_FLOOR_US);
}

/**
 * When a line can have been written, in the capture's clock: in its stamp's second, before it was read, and after the log was seen
 * without it. nginx stamps with the time at which a round of its event loop began.
 */
export function writtenSpan({ stampUs, readAtUs, unwrittenAtUs }: LogLine, clockOffsetUs: number): TimeSpan {
  const secondUs = stampUs + clockOffsetUs;
  const toUs = Math.min(readAtUs ?? Number.POSITIVE_INFINITY, secondUs + STAMP_US);
  return { fromUs: Math.min(toUs, Math.max(secondUs, unwrittenAtUs ?? secondUs)), toUs };
}

/** A reset later than this is another's; only live. */
function latestUs(readAtUs: number, stampUs: number): number {
  return Math.min(readAtUs + LIVE_EARLY_US, stampUs + STAMP_US + STAMP_SLACK_US);
}

/** Nothing came, so there is no moment to compare: the connection must have been silent when the line was written. */
function silencePart(line: LogLine, stream: TcpStream, context: ScoreContext): ScorePart | null {
  const writtenUs = line.readAtUs ?? line.stampUs + context.clockOffsetUs + 1_000_000;
  const silentUs = writtenUs - stream.lastUs;
  if (silentUs < -STAMP_SLACK_US || silentUs > SILENCE_MAX_US) return null;
  const seconds = Math.max(0, silentUs) / 1_000_000;
  const weight = line.kind === 'connect-failed' ? WEIGHT.perSecondOff * seconds : 0;
  return { kind: 'time', weight, text: `silent for ${seconds.toFixed(1)} s when the line was written` };
}

/** proxy_connect_timeout, proxy_read_timeout and their like are 60 s by default; a SYN is repeated for as long. */
const SILENCE_MAX_US = 65_000_000;
/** Stamps are early by up to this (nginx-error-log section 5). */
const STAMP_SLACK_US = 2_000_000;

/** A stamp has whole seconds. */
const STAMP_US = 1_000_000;
/** Differences below this are noise. */
const LIVE_FLOOR_US = 1_000;
/** Clocks of packets and reader are the same host's; a packet stamped later than the reading of its line is jitter. */
const LIVE_EARLY_US = 5_000;

/** nginx's $request_id. Other ids come from further away, and whether they are the same says nothing. */
const NGINX_REQUEST_ID = /^[0-9a-f]{32}$/;

/** Ports and ids that name the connection: they decide when they are there. */
function exactParts(
  line: LogLine,
  leg: Leg,
  stream: TcpStream,
  exchange: Exchange | null,
  log: AccessLog | null,
): readonly ScorePart[] | null {
  if (log === null) return NO_PARTS;
  if (leg === 'client') {
    const ports = log.clientEndpoints(line.entry.connectionNumber);
    if (ports.size === 0) return NO_PARTS;
    return clientEndsOf(stream).some((end) => ports.has(end)) ? [CLIENT_PORT] : null;
  }
  const ids = log.requestIds(line.entry.connectionNumber);
  if (exchange?.requestId == null || ids.size === 0) return NO_PARTS;
  if (ids.has(exchange.requestId)) return [REQUEST_ID];
  return NGINX_REQUEST_ID.test(exchange.requestId) ? null : NO_PARTS;
}

const NO_PARTS: readonly ScorePart[] = [];

/** What nginx may call the client's `address:port`: its own, or with `$remote_port` the one that a proxy names. */
function clientEndsOf({ originator, proxyHeader }: TcpStream): readonly string[] {
  const own = `${originator.address}:${originator.port}`;
  return proxyHeader === null ? [own] : [own, `${proxyHeader.sourceAddress}:${proxyHeader.sourcePort}`];
}

function requestParts(line: LogLine, leg: Leg, exchange: Exchange | null): readonly ScorePart[] | null {
  const wanted = line.entry.request;
  const target = leg === 'upstream' ? (line.entry.upstream?.uri ?? wanted?.target) : wanted?.target;
  if (exchange?.target == null || exchange.method === null || target == null || wanted?.method == null) return NO_PARTS;
  const isCut = line.entry.truncated || wanted.protocol === null || exchange.targetIsCut;
  const seen = exchange.target;
  const isSame = (told: string): boolean => (isCut ? sharesPrefix(seen, told) : seen === told);
  if (!isSame(target) || exchange.method !== wanted.method) {
    // The upstream may be sent the request's own target (no URI in proxy_pass).
    return leg === 'upstream' && wanted.target !== null && isSame(wanted.target) ? NO_PARTS : null;
  }
  const sameHost = leg === 'client' && line.entry.host !== null && exchange.host === line.entry.host;
  return sameHost ? [REQUEST_LINE, HOST] : [REQUEST_LINE];
}

function sharesPrefix(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function phaseParts(line: LogLine, leg: Leg, stream: TcpStream, ending: Noticed, at: Moment): readonly ScorePart[] {
  const expected = expectedPhases(line);
  if (expected === null) return NO_PARTS;
  const nginx = nginxSideOf(leg);
  const phase = phaseAt(stream, at, ending?.from ?? otherSide(nginx), nginx);
  if (expected.includes(phase)) {
    return [{ kind: 'phase-fits', weight: WEIGHT.phaseFits, text: `phase ${phase} fits the message` }];
  }
  if (!stream.sawSyn) return NO_PARTS;
  const isGuess = at.exchange?.framing === 'guessed';
  const twin = isGuess ? twinOf(phase) : null;
  if (twin !== null && expected.includes(twin)) {
    return [{ kind: 'phase-fits', weight: WEIGHT.phaseMayFit, text: `phase ${twin} would fit the message` }];
  }
  const weight = isGuess ? WEIGHT.guessedPhaseMisfits : WEIGHT.phaseMisfits;
  return [{ kind: 'phase-misfits', weight, text: `phase ${phase} does not fit the message` }];
}
