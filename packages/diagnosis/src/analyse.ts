/** The whole brain on one set of lines and connections: clock, joint matching, one incident per line. */
import type { TcpStream } from '@resetscope/flow';
import type { AccessLog } from './access-log.ts';
import { estimateClockOffset } from './clock-offset.ts';
import { diagnose } from './diagnose.ts';
import type { Incident } from './incident.ts';
import type { LogLine } from './log-line.ts';
import { type Match, matchLines } from './match.ts';
import { StreamIndex } from './stream-index.ts';
import type { Surroundings } from './surroundings.ts';

export interface AnalyseInput {
  readonly lines: readonly LogLine[];
  readonly streams: readonly TcpStream[];
  readonly surroundings: Surroundings;
  readonly accessLog: AccessLog | null;
  /** Given, or null to estimate it from the data. */
  readonly clockOffsetUs: number | null;
  readonly lostPackets: number | null;
}

export interface Analysed {
  /** One per line, in order; `match` says which connection was chosen. */
  readonly results: readonly { readonly incident: Incident; readonly match: Match }[];
  readonly clockOffsetUs: number;
}

export function analyse(input: AnalyseInput): Analysed {
  const index = new StreamIndex(input.streams, input.lines);
  const clockOffsetUs = input.clockOffsetUs ?? estimateClockOffset(input.lines, index);
  const matches = matchLines(input.lines, index, { clockOffsetUs, accessLog: input.accessLog });
  const context = { surroundings: input.surroundings, clockOffsetUs, lostPackets: input.lostPackets };
  return { results: matches.map((match) => ({ incident: diagnose(match, context), match })), clockOffsetUs };
}
