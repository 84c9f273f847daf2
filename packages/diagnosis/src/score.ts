/**
 * How well a connection explains a line: each piece of evidence adds its weight or excludes the candidate. Weights were
 * set so that a matching request line outweighs everything that is not exact, and were checked on recorded cases with
 * known answers (test/accuracy).
 */
import type { Ending, Exchange, TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import type { Candidate, ScorePart } from './candidate.ts';
import { nginxSideOf } from './case-file.ts';
import { expectedPhases } from './expected-phase.ts';
import type { Leg } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { phaseAt } from './phase.ts';

const WEIGHT = {
  accessLogPort: 6,
  requestId: 6,
  request: 4,
  phaseFits: 2,
  phaseMisfits: -3,
  /** Over TLS and in cut payload the ends of messages are guessed, and so is the phase. */
  guessedPhaseMisfits: -1,
  address: 1,
  host: 0.5,
  sameSecond: 1,
  /** Per second between the reset and the nearest moment the stamp allows. */
  perSecondOff: -0.5,
  /** Live: read within a millisecond of the reset; less for every factor of ten later (nearest first). */
  readAtOnce: 2,
  perDecadeLate: -0.5,
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
  ending: Ending,
  context: ScoreContext,
): Candidate | null {
  const time = timePart(line, ending, context);
  if (time === null) return null;
  const exchange = ending.before.exchange;
  const exact = exactParts(line, leg, stream, exchange, context.accessLog);
  const request = requestParts(line, leg, exchange);
  if (exact === null || request === null) return null;
  if (context.addressUnseen && request.length === 0 && exact.length === 0) return null;
  const parts = [time, ...exact, ...request, ...phaseParts(line, leg, stream, ending)];
  if (!context.addressUnseen) parts.push(leg === 'client' ? CLIENT_ADDRESS : UPSTREAM_ADDRESS);
  return { stream, ending, score: parts.reduce((sum, { weight }) => sum + weight, 0), parts };
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

function timePart(line: LogLine, ending: Ending, context: ScoreContext): ScorePart | null {
  if (line.readAtUs !== null) {
    const lateUs = line.readAtUs - ending.tsUs;
    if (lateUs < -LIVE_EARLY_US || lateUs > WINDOW_US) return null;
    const decades = Math.log10(Math.max(lateUs, LIVE_FLOOR_US) / LIVE_FLOOR_US);
    const weight = WEIGHT.readAtOnce + WEIGHT.perDecadeLate * decades;
    return { kind: 'time', weight, text: 'time before the line was read' };
  }
  const from = line.stampUs + context.clockOffsetUs;
  const offUs = ending.tsUs < from ? from - ending.tsUs : Math.max(0, ending.tsUs - from - 1_000_000);
  if (offUs > WINDOW_US) return null;
  if (offUs === 0) return SAME_SECOND;
  const seconds = offUs / 1_000_000;
  return { kind: 'time', weight: WEIGHT.perSecondOff * seconds, text: `${seconds.toFixed(1)} s from the stamp` };
}

/** nginx logs 0.1 to 0.5 ms after the packet (measured): earlier or later below this is noise. */
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
    return ports.has(`${stream.originator.address}:${stream.originator.port}`) ? [CLIENT_PORT] : null;
  }
  const ids = log.requestIds(line.entry.connectionNumber);
  if (exchange?.requestId == null || ids.size === 0) return NO_PARTS;
  if (ids.has(exchange.requestId)) return [REQUEST_ID];
  return NGINX_REQUEST_ID.test(exchange.requestId) ? null : NO_PARTS;
}

const NO_PARTS: readonly ScorePart[] = [];

function requestParts(line: LogLine, leg: Leg, exchange: Exchange | null): readonly ScorePart[] | null {
  const wanted = line.entry.request;
  const target = leg === 'upstream' ? (line.entry.upstream?.uri ?? wanted?.target) : wanted?.target;
  if (exchange?.target == null || exchange.method === null || target == null || wanted?.method == null) return NO_PARTS;
  const isCut = line.entry.truncated || wanted.protocol === null;
  const sameTarget = isCut ? sharesPrefix(exchange.target, target) : exchange.target === target;
  if (!sameTarget || exchange.method !== wanted.method) {
    // The upstream may be sent the request's own target (no URI in proxy_pass).
    return leg === 'upstream' && exchange.target === wanted.target ? NO_PARTS : null;
  }
  const sameHost = leg === 'client' && line.entry.host !== null && exchange.host === line.entry.host;
  return sameHost ? [REQUEST_LINE, HOST] : [REQUEST_LINE];
}

function sharesPrefix(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

function phaseParts(line: LogLine, leg: Leg, stream: TcpStream, ending: Ending): readonly ScorePart[] {
  const expected = expectedPhases(line);
  if (expected === null) return NO_PARTS;
  const phase = phaseAt(stream, ending.before, ending.from, nginxSideOf(leg));
  if (expected.includes(phase)) {
    return [{ kind: 'phase-fits', weight: WEIGHT.phaseFits, text: `phase ${phase} fits the message` }];
  }
  if (!stream.sawSyn) return NO_PARTS;
  const isGuess = ending.before.exchange?.framing === 'guessed';
  const weight = isGuess ? WEIGHT.guessedPhaseMisfits : WEIGHT.phaseMisfits;
  return [{ kind: 'phase-misfits', weight, text: `phase ${phase} does not fit the message` }];
}
