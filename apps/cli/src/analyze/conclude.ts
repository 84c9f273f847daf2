/** From what was read to what was found: one incident per line, what no line speaks of, and the counts. */
import { type AccessLog, analyse, OtherLegs, Retries } from '@resetscope/diagnosis';
import type { TcpStream } from '@resetscope/flow';
import { type Analysis, evidenceNotes, ladderRows, otherLeg } from '@resetscope/report';
import { withSpan } from './capture-span.ts';
import type { EvidenceCase } from './evidence-folder.ts';
import type { CaptureContent } from './read-capture.ts';
import type { LogContent } from './read-logs.ts';
import { resetCounts } from './reset-counts.ts';

export interface Conclusion {
  readonly analysis: Analysis;
  /** What has a connection, and so packets to keep. */
  readonly cases: readonly EvidenceCase[];
}

/** clockOffsetSeconds: given, or null to estimate it. */
export function conclude(
  logs: LogContent,
  accessLog: AccessLog | null,
  capture: CaptureContent,
  clockOffsetSeconds: number | null,
): Conclusion {
  const { results, unlogged, withoutLine, clockOffsetUs } = analyse({
    lines: logs.lines,
    log: logs.facts,
    streams: capture.streams,
    surroundings: capture.surroundings,
    accessLog,
    clockOffsetUs: clockOffsetSeconds === null ? null : clockOffsetSeconds * 1_000_000,
    lostPackets: capture.lostPackets,
  });
  const legs = new OtherLegs(capture.legs, accessLog);
  const found = results.map(({ incident, match }) => ({ incident, match, other: legs.of(match) }));
  const lineCases = found.flatMap(({ incident, match, other }): readonly EvidenceCase[] =>
    match.kind === 'matched'
      ? [{ verdict: incident, line: incident.line, stream: match.best.stream, other: other?.stream ?? null }]
      : [],
  );
  const quietCases = unlogged.map(
    ({ found, stream }): EvidenceCase => ({ verdict: found, line: null, stream, other: null }),
  );
  const again = new Retries([...new Set([...capture.streams, ...capture.legs.streams])]);
  const explained = new Set(lineCases.map(({ stream }) => stream));
  const analysis: Analysis = {
    incidents: found.map(({ incident, match, other }) => {
      const spanned = withSpan(incident, match.line, capture.span, clockOffsetUs);
      if (match.kind !== 'matched') return spanned;
      const { stream } = match.best;
      const retries = again.of(match);
      return {
        ...drawn(spanned, stream),
        ...(other === null ? {} : { otherLeg: otherLeg(other, stream) }),
        ...(retries.length === 0 ? {} : { retries }),
      };
    }),
    unlogged: unlogged.map(({ found, stream }) => drawn(found, stream)),
    resets: resetCounts(capture.resets, explained),
    resetsWithoutLine: Object.fromEntries(addedUp(withoutLine, capture.halfOpen)),
    packets: capture.packets,
    clockOffsetSeconds: clockOffsetUs / 1_000_000,
    warnings: [...logs.warnings, ...capture.warnings],
  };
  return { analysis, cases: [...lineCases, ...quietCases] };
}

function drawn<T extends EvidenceCase['verdict']>(
  verdict: T,
  stream: TcpStream,
): T & Pick<Analysis['incidents'][number], 'ladder'> {
  return { ...verdict, ladder: ladderRows(stream, evidenceNotes(verdict.evidence)) };
}

function addedUp(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sum = new Map(a);
  for (const [key, count] of b) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
