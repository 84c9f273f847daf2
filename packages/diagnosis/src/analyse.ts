/** The whole brain on one set of lines and connections: clock, joint matching, one incident per line, and what no line says. */
import type { TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import { estimateClockOffset } from './clock-offset.ts';
import { diagnose } from './diagnose.ts';
import type { Incident } from './incident.ts';
import { legFinder } from './leg-finder.ts';
import type { LogFacts } from './log-facts.ts';
import type { LogLine } from './log-line.ts';
import { type Match, matchLines } from './match.ts';
import { StreamIndex } from './stream-index.ts';
import type { Surroundings } from './surroundings.ts';
import type { TimeSpan } from './timed-streams.ts';
import { findUnlogged, type Quiet } from './unlogged.ts';

export interface AnalyseInput {
  readonly lines: readonly LogLine[];
  readonly streams: readonly TcpStream[];
  readonly surroundings: Surroundings;
  readonly accessLog: AccessLog | null;
  /** Given, or null to estimate it from the data. */
  readonly clockOffsetUs: number | null;
  readonly lostPackets: number | null;
  /** Stretches of time of which the capture has no packet, in its clock, where that is known. */
  readonly missing?: readonly TimeSpan[];
  /** What the whole log says besides; without it nothing is said about connections that no line speaks of. */
  readonly log?: LogFacts;
}

export interface Analysed {
  /** One per line, in order; `match` says which connection was chosen. */
  readonly results: readonly { readonly incident: Incident; readonly match: Match }[];
  /** Connections that lost data and have no line. */
  readonly unlogged: readonly Quiet[];
  /** Cause -> connections with a reset that no line speaks of, those that lost nothing too. */
  readonly withoutLine: ReadonlyMap<string, number>;
  readonly clockOffsetUs: number;
}

export function analyse(input: AnalyseInput): Analysed {
  const { lines, streams, surroundings, accessLog, lostPackets, missing = [], log } = input;
  const index = new StreamIndex(streams, lines);
  const clockOffsetUs = input.clockOffsetUs ?? estimateClockOffset(lines, index);
  const matches = matchLines(lines, index, { clockOffsetUs, accessLog, serials: log?.serials ?? null, missing });
  const context = { surroundings, clockOffsetUs, lostPackets, notices: log?.notices ?? [] };
  const results = matches.map((match) => ({ incident: withAccess(diagnose(match, context), match, accessLog), match }));
  if (log === undefined) return { results, unlogged: [], withoutLine: new Map(), clockOffsetUs };
  const legOf = legFinder(index, matches, surroundings);
  const quiet = findUnlogged({ streams, lines, matches, legOf, logsClients: log.logsClients }, context);
  return { results, ...quiet, clockOffsetUs };
}

function withAccess(incident: Incident, { line }: Match, accessLog: AccessLog | null): Incident {
  const access = accessLog?.requestOf(line) ?? null;
  return access === null ? incident : { ...incident, access };
}
