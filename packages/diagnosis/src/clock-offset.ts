/**
 * Estimates how far the capture's clock is from the log's, from pairs that agree in everything but time: the densest
 * second of differences wins, nearest to zero when several are alike. A wrong time zone shows as an offset of whole
 * quarter hours and is found the same way.
 */

import type { TcpStream } from '@resetscope/flow';
import type { LogLine } from './log-line.ts';
import { endingsFor } from './noticed.ts';
import { score } from './score.ts';
import { StreamIndex } from './stream-index.ts';

/** Lines looked at: enough for a clear peak. */
const SAMPLE = 200;
/** Below this the stamp's whole seconds explain the difference. */
const NEGLIGIBLE_US = 2_000_000;
/** A pair must agree at least as well as a matching request line, or address and phase together. */
const MIN_SCORE = 3;

/** Offsets below these explain a pair without any clock being wrong: late workers and stamps cut to seconds. */
const NO_OFFSET_US = { from: -2_000_000, to: 4_000_000 } as const;
/** A clock is wrong for all lines: an offset must explain more than this many times what none explains. */
const CLEARLY = 2;
/** Zones differ by multiples of this (tz database: since 1972). */
const QUARTER_HOUR_US = 900_000_000;
/** Clocks of hosts with NTP agree better than this; a difference of whole quarter hours within it is a time zone. */
const ZONE_SLACK_US = 2_000_000;

/** How far the end of a connection is from a line that it may explain. */
export interface TimeDifference {
  readonly line: LogLine;
  /** From the reading of a live line, otherwise from its stamp, to the end, in the capture's clock. */
  readonly us: number;
  readonly isSameRequest: boolean;
}

/** Microseconds to add to a log time to get a capture time. */
export function estimateClockOffset(lines: readonly LogLine[], index: StreamIndex): number {
  const differences = differencesTo(lines.slice(0, SAMPLE), index);
  const peak = densest(differences.toSorted((a, b) => a.us - b.us));
  if (peak === null || Math.abs(peak.us) < NEGLIGIBLE_US) return 0;
  const unmoved = linesIn(differences.filter(({ us }) => us >= NO_OFFSET_US.from && us < NO_OFFSET_US.to));
  return isBelievable(peak, unmoved) ? peak.us : 0;
}

/** Between lines and the ends of connections that agree with them in everything but time. */
export function timeDifferences(lines: readonly LogLine[], streams: readonly TcpStream[]): readonly TimeDifference[] {
  return differencesTo(lines, new StreamIndex(streams, lines));
}

function differencesTo(lines: readonly LogLine[], index: StreamIndex): readonly TimeDifference[] {
  const differences: TimeDifference[] = [];
  for (const line of lines) {
    if (line.leg === null) continue;
    // Compared by its stamp, which is moved to the end in question: time must not count.
    const stamped = { ...line, readAtUs: null, unwrittenAtUs: null };
    const found = index.find(stamped, null);
    for (const stream of found.streams) {
      for (const ending of endingsFor(stamped, line.leg, stream)) {
        if (ending === null) continue;
        const clockOffsetUs = ending.tsUs - line.stampUs;
        const context = { clockOffsetUs, accessLog: null, addressUnseen: found.addressUnseen };
        const fit = score(stamped, line.leg, stream, ending, context);
        if (fit === null || fit.score < MIN_SCORE) continue;
        const isSameRequest = fit.parts.some(({ kind }) => kind === 'request');
        differences.push({ line, us: ending.tsUs - (line.readAtUs ?? line.stampUs), isSameRequest });
      }
    }
  }
  return differences;
}

interface Peak {
  readonly us: number;
  /** Lines that it explains. */
  readonly lines: number;
}

/** One pair proves no clock wrong, but a time zone when it is off by one. */
function isBelievable(peak: Peak, unmoved: number): boolean {
  if (peak.lines <= unmoved * CLEARLY) return false;
  const quarters = Math.round(peak.us / QUARTER_HOUR_US) * QUARTER_HOUR_US;
  return peak.lines > 1 || (quarters !== 0 && Math.abs(peak.us - quarters) <= ZONE_SLACK_US);
}

function linesIn(differences: readonly TimeDifference[]): number {
  return new Set(differences.map(({ line }) => line)).size;
}

/** The 1.2 s that explain most lines, moved to where a stamp's second begins; null without differences. Sorted by us. */
function densest(differences: readonly TimeDifference[]): Peak | null {
  let best: Peak | null = null;
  const inside = new Map<LogLine, number>();
  for (let from = 0, to = 0; from < differences.length; from++) {
    const start = differences[from] as TimeDifference;
    for (; to < differences.length && (differences[to] as TimeDifference).us - start.us <= SPREAD_US; to++) {
      const { line } = differences[to] as TimeDifference;
      inside.set(line, (inside.get(line) ?? 0) + 1);
    }
    const peak = { us: centre(start.us, (differences[to - 1] as TimeDifference).us), lines: inside.size };
    if (best === null || isBetter(peak, best)) best = peak;
    const left = (inside.get(start.line) ?? 1) - 1;
    if (left === 0) inside.delete(start.line);
    else inside.set(start.line, left);
  }
  return best;
}

function isBetter(a: Peak, b: Peak): boolean {
  return a.lines > b.lines || (a.lines === b.lines && Math.abs(a.us) < Math.abs(b.us));
}

/** Stamps are floored, so differences spread over [offset, offset + 1 s), and a little more when nginx is late. */
const SPREAD_US = 1_200_000;

/** The middle less half a second, in whole milliseconds. */
function centre(firstUs: number, lastUs: number): number {
  return Math.round(((firstUs + lastUs) / 2 - 500_000) / 1000) * 1000;
}
