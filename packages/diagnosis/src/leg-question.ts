/** Which connections of a ring have to be read to find the other leg of a line: those at one address in one short time. */
import type { AccessLog } from './access-log.ts';
import { ASKS_WITHIN_US, JITTER_US, knownOf, upstreamNamed } from './known-leg.ts';
import { upstreamKey } from './log-line.ts';
import type { Match } from './match.ts';
import type { TimeSpan } from './timed-streams.ts';

/** Where in time and space the other leg of a line is. */
export interface LegQuestion {
  /** It has packets in this window: of the request that decides. */
  readonly window: TimeSpan;
  /** One of its ends. */
  readonly end: { readonly address: string; readonly port?: number };
  /** upstreamKey of the line. */
  readonly upstream: string | null;
}

/** Of a long upload only the end is looked at. */
const WINDOW_MAX_US = 500_000;

/** Null: there is nothing to look for. */
export function legQuestion(match: Match, accessLog: AccessLog | null): LegQuestion | null {
  if (match.kind !== 'matched' || match.line.leg === null) return null;
  const known = knownOf(match.line, match.best);
  const { line, exchange, startUs } = known;
  if (line.leg === 'upstream') {
    const window = { fromUs: startUs - ASKS_WITHIN_US - JITTER_US, toUs: startUs + JITTER_US };
    return line.client === null ? null : { window, end: { address: line.client }, upstream: upstreamKey(line) };
  }
  const upstream = upstreamNamed(line, accessLog);
  const [address, port] = upstream?.split(' ') ?? [];
  if (exchange === null || upstream === null || address === undefined) return null;
  const toUs = (exchange.requestEndUs ?? exchange.requestStartUs) + ASKS_WITHIN_US;
  const fromUs = Math.max(exchange.requestStartUs - JITTER_US, toUs - WINDOW_MAX_US);
  const window = { fromUs, toUs: toUs + JITTER_US };
  return { window, end: { address, port: Number(port) }, upstream };
}
