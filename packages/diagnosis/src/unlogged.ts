/**
 * Connections that lost data and that no line speaks of (nginx-error-log section 6.3): a response cut or never
 * acknowledged, a request never answered. Each with its verdict and why nginx wrote nothing. What another line explains
 * (the upstream's reset that cut the response to the client) is not listed, nor what is still open.
 */
import type { TcpStream } from '@resetscope/flow';
import { type CaseFile, openCase } from './case-file.ts';
import { type DiagnoseContext, noticesOf } from './diagnose.ts';
import { Explained } from './explained.ts';
import { hidesRequests } from './hidden-requests.ts';
import type { Leg, StreamRef } from './incident.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import type { Notice } from './notice.ts';
import type { Noticed } from './noticed.ts';
import { type Silence, silenceOf } from './silence.ts';
import { streamRef } from './stream-ref.ts';
import type { Surroundings } from './surroundings.ts';
import { rfc3339 } from './time-text.ts';
import { judge, type Verdict, verdictOf } from './verdict.ts';

export interface Unlogged extends Verdict {
  readonly leg: Leg;
  readonly stream: StreamRef;
  /** RFC 3339 of the FIN or RST that ended it. */
  readonly endedAt: string;
  /** Why nginx wrote no line. */
  readonly why: Silence;
}

export interface UnloggedInput {
  readonly streams: readonly TcpStream[];
  readonly lines: readonly LogLine[];
  readonly matches: readonly Match[];
  readonly legOf: (stream: TcpStream) => Leg | null;
  /** The log holds lines of level info, where nginx writes what happens to clients; null: not known. */
  readonly logsClients: boolean | null;
}

/** A case without a line, and the connection it is about. */
export interface Quiet {
  readonly stream: TcpStream;
  readonly found: Unlogged;
}

export interface WithoutLine {
  /** What lost data, in the order of the streams. */
  readonly unlogged: readonly Quiet[];
  /** Cause -> connections with a reset. */
  readonly withoutLine: ReadonlyMap<string, number>;
}

export function findUnlogged(input: UnloggedInput, context: DiagnoseContext): WithoutLine {
  const explained = new Explained(input.lines, input.matches, context.clockOffsetUs);
  const { surroundings } = context;
  const around = { surroundings, notices: noticesOf(context), logsClients: input.logsClients };
  const unlogged: Quiet[] = [];
  const withoutLine = new Map<string, number>();
  for (const stream of input.streams) {
    const leg = explained.has(stream) ? null : input.legOf(stream);
    const quiet = leg === null ? null : quietCase(stream, leg, around);
    if (leg === null || quiet === null) continue;
    const { cause, found, endUs } = quiet;
    if (stream.rstCount > 0) withoutLine.set(cause, (withoutLine.get(cause) ?? 0) + 1);
    if (found !== null && !explained.byOther(stream, leg, endUs)) unlogged.push({ stream, found });
  }
  return { unlogged, withoutLine };
}

/** What is known around a connection without a line. */
export interface QuietContext {
  readonly surroundings: Surroundings;
  /** In the capture's clock. */
  readonly notices: readonly Notice[];
  /** As in UnloggedInput. */
  readonly logsClients: boolean | null;
}

export interface QuietCase {
  readonly file: CaseFile;
  readonly cause: string;
  /** Time of the FIN or RST that decided it. */
  readonly endUs: number;
  /** Null: it lost nothing. */
  readonly found: Unlogged | null;
}

/** One connection that no line speaks of. Null: it has not ended, or with a FIN outside any exchange. */
export function quietCase(stream: TcpStream, leg: Leg, context: QuietContext): QuietCase | null {
  const ending = decisiveEnding(stream);
  if (ending === null) return null;
  const { surroundings, notices, logsClients } = context;
  const file = openCase({ entry: null, kind: null, leg, stream, ending, surroundings, notices });
  const judgement = judge(file);
  const { cause } = judgement;
  const endUs = ending.tsUs;
  if (SECONDARY.has(cause) || !lostData(stream, leg, ending)) return { file, cause, endUs, found: null };
  const why = silenceOf(file, cause, logsClients);
  const found = { ...verdictOf(file, judgement), leg, stream: streamRef(stream), endedAt: rfc3339(endUs), why };
  return { file, cause, endUs, found };
}

/** The cause of a connection that never became nginx's (isHalfOpen), so that nobody has to keep it. */
export function causeOfHalfOpen(stream: TcpStream, surroundings: Surroundings): string {
  const ending = decisiveEnding(stream);
  return judge(openCase({ entry: null, kind: null, leg: 'client', stream, ending, surroundings, notices: [] })).cause;
}

/** nginx ended these because of what it has another line for, or knows of otherwise. */
const SECONDARY: ReadonlySet<string> = new Set([
  'nginx-closes-upstream-after-client-abort',
  'nginx-upstream-timeout-late-data',
  'blind-rst-rejected',
]);

/** The first FIN or RST inside an exchange; else the first RST. Null: nothing that could lose anything. */
function decisiveEnding({ endings }: TcpStream): Noticed {
  const inside = endings.find(({ before: { exchange } }) => exchange !== null && exchange.responseState !== 'complete');
  return inside ?? endings.find((e) => e.kind === 'rst') ?? null;
}

/** Less than this without an acknowledgment may be a TLS alert (RFC 8446 section 5.2: 24 bytes) or a last chunk. */
const UNACKED_MIN = 64;

function lostData(stream: TcpStream, leg: Leg, ending: NonNullable<Noticed>): boolean {
  const { last } = stream;
  const { exchange } = last;
  if (exchange === null || exchange.upgraded || exchange.streamReset !== null || hidesRequests(stream, last))
    return false;
  if (leg === 'upstream' && ending.from === 'originator') return false;
  if (exchange.responseState === 'complete') return !isAcknowledged(stream, ending);
  const isGuess = exchange.framing === 'guessed';
  const requestLen = (exchange.requestEnd ?? last.sent.originator) - exchange.requestStart;
  if (isGuess && (!stream.sawSyn || requestLen < UNACKED_MIN)) return false;
  return !isGuess || exchange.responseState === 'none' || !isAcknowledged(stream, ending);
}

/** Had the originator's kernel the whole response when it reset the connection? A FIN alone loses nothing that was sent. */
function isAcknowledged({ last, endings }: TcpStream, ending: NonNullable<Noticed>): boolean {
  const reset = endings.find((e) => e.kind === 'rst' && e.from === 'originator') ?? ending;
  if (reset.kind !== 'rst' || reset.from !== 'originator') return true;
  const end = last.exchange?.responseEnd ?? last.sent.responder;
  return end - last.acked.responder < UNACKED_MIN;
}
