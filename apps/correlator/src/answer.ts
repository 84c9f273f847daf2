/** What is kept of a line's match: the incident as it is shown, and the packets that prove it. Pure. */
import type { Incident, LogLine, Match, Retries } from '@resetscope/diagnosis';
import { evidenceNotes, evidencePcapng, ladderRows } from '@resetscope/report';
import type { Coverage } from '@resetscope/ring';
import { coverageReason, withReason } from './ring-answer.ts';
import type { RingStream } from './ring-streams.ts';
import { withReach } from './trust.ts';

export interface Answer {
  readonly incident: Incident;
  readonly resetTsUs: number | null;
  /** pcapng of the connection; null without a match. */
  readonly evidence: Uint8Array | null;
}

/** What was read for the lines of a group. */
export interface GroupFacts {
  readonly streams: readonly RingStream[];
  /** Of these. */
  readonly retries: Retries;
  readonly coverage: Coverage | null;
}

export function answerOf(
  { match, incident }: { readonly match: Match; readonly incident: Incident },
  line: LogLine,
  { streams, retries, coverage }: GroupFacts,
): Answer {
  const told = withReach(incident, line, coverage);
  if (match.kind !== 'matched') {
    return { incident: withReason(told, coverageReason(line, coverage)), resetTsUs: null, evidence: null };
  }
  const { stream, ending } = match.best;
  const notes = evidenceNotes(incident.evidence);
  const frames = streams.find((s) => s.stream === stream)?.frames ?? [];
  return {
    incident: { ...told, ...askedAgain(match, retries), ladder: ladderRows(stream, notes) },
    resetTsUs: ending?.tsUs ?? null,
    evidence: evidencePcapng(frames, notes, incident.sentence),
  };
}

function askedAgain(match: Match, retries: Retries): Pick<Incident, 'retries'> {
  const found = retries.of(match);
  return found.length === 0 ? {} : { retries: found };
}
