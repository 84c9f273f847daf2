/** From a matched line to the answer: opens the case, asks the rules, writes the incident. Total: always an incident. */

import { type Candidate, reasonsOf } from './candidate.ts';
import { type CaseFile, openCase } from './case-file.ts';
import { durationText } from './evidence.ts';
import type { Alternative, Incident } from './incident.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import type { Notice } from './notice.ts';
import { streamRef } from './stream-ref.ts';
import type { Surroundings } from './surroundings.ts';
import { rfc3339 } from './time-text.ts';
import type { Trust } from './trust.ts';
import { actionText, unmatchedSentence } from './unmatched.ts';
import { verdictOf } from './verdict.ts';

export interface DiagnoseContext {
  readonly surroundings: Surroundings;
  /** In the log's clock, as read. */
  readonly notices: readonly Notice[];
  readonly clockOffsetUs: number;
  /** Packets the capture lost in the window; null when it cannot tell. */
  readonly lostPackets: number | null;
}

/** Fields of an incident without a ladder, which report/ draws. */
export function diagnose(match: Match, context: DiagnoseContext): Incident {
  if (match.kind === 'matched') return matched(match.line, match.best, match.confidence, match.others, context);
  const base = baseOf(match.line, context);
  const sentence = unmatchedSentence(match);
  const { reason } = match;
  const answers = { succeeded: 'Not known.', who: 'Not known.', change: actionText(reason) };
  if (match.kind === 'unmatched') return { ...base, status: 'unmatched', reason, sentence, answers };
  const confidence = match.reason === 'several-fit' ? 1 / match.candidates.length : UNCAPTURED_CONFIDENCE;
  const alternatives = match.candidates.map((c) => alternativeOf(c, confidence));
  return {
    ...base,
    status: 'ambiguous',
    reason,
    alternatives,
    sentence,
    answers,
    confidence,
  };
}

function matched(
  line: LogLine,
  best: Candidate,
  confidence: number,
  others: readonly Candidate[],
  context: DiagnoseContext,
): Incident {
  const c = openCase({
    entry: line.entry,
    kind: line.kind,
    leg: line.leg ?? 'client',
    stream: best.stream,
    ending: best.ending,
    surroundings: context.surroundings,
    notices: noticesOf(context),
  });
  const { confidence: sureness, ...verdict } = verdictOf(c);
  return {
    ...baseOf(line, context),
    status: 'matched',
    confidence: round(Math.min(confidence, sureness)),
    stream: streamRef(best.stream),
    reasons: reasonsOf(best),
    alternatives: others.map((o) => alternativeOf(o, round(Math.max(0, confidence - (best.score - o.score) / 4) / 4))),
    ...verdict,
    trust: trustOf(c, line.readAtUs, context),
  };
}

/** The line's own connection may have been captured, or not. */
const UNCAPTURED_CONFIDENCE = 0.5;

/** In the capture's clock. */
export function noticesOf({ notices, clockOffsetUs }: DiagnoseContext): readonly Notice[] {
  return clockOffsetUs === 0 ? notices : notices.map((n) => ({ ...n, stampUs: n.stampUs + clockOffsetUs }));
}

function alternativeOf(candidate: Candidate, confidence: number): Alternative {
  return { stream: streamRef(candidate.stream), confidence: round(confidence), reasons: reasonsOf(candidate) };
}

/** readAtUs: of the line, live; null without one. */
export function trustOf(
  c: CaseFile,
  readAtUs: number | null,
  { lostPackets, clockOffsetUs }: Pick<DiagnoseContext, 'lostPackets' | 'clockOffsetUs'>,
): Trust {
  const flags: string[] = [];
  if (!c.stream.sawSyn) flags.push('the capture started in the middle of this connection');
  const missed = c.stream.halves.originator.missedBytes + c.stream.halves.responder.missedBytes;
  if (missed > 0) flags.push(`${missed} bytes of this connection are not in the capture`);
  if (c.exchange?.framing === 'guessed') flags.push('message ends were taken from the turns of the two sides');
  const readDelayUs = readAtUs === null || c.ending === null ? null : readAtUs - c.ending.tsUs;
  if (readDelayUs !== null && readDelayUs > 1_000_000)
    flags.push(`the line was read ${durationText(readDelayUs)} after the packet`);
  return {
    sawSyn: c.stream.sawSyn,
    tls: c.stream.protocol === 'tls',
    lostPackets,
    clockOffsetSeconds: clockOffsetUs / 1_000_000,
    readDelayUs,
    flags,
  };
}

function baseOf(line: LogLine, context: DiagnoseContext): Incident {
  const { entry } = line;
  return {
    line: line.ref,
    loggedAt: rfc3339(line.stampUs),
    status: 'unmatched',
    reason: null,
    leg: line.leg,
    stream: null,
    confidence: 0,
    alternatives: [],
    reset: null,
    phase: null,
    cause: null,
    title: 'No connection found',
    causeAlternatives: [],
    outcome: null,
    harm: 'unknown',
    normalClose: false,
    teardown: null,
    history: null,
    wiresharkFilter: null,
    sentence: '',
    answers: { succeeded: '', who: '', change: '' },
    advice: [],
    fixes: [],
    evidence: [],
    ladder: [],
    trust: {
      sawSyn: false,
      tls: false,
      lostPackets: context.lostPackets,
      clockOffsetSeconds: context.clockOffsetUs / 1_000_000,
      readDelayUs: null,
      flags: [],
    },
    request: { method: entry.request?.method ?? null, target: entry.request?.target ?? null, host: entry.host },
    client: line.client,
    upstream: entry.upstream?.raw ?? null,
  };
}

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}
