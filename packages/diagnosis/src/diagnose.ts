/** From a matched line to the answer: opens the case, asks the rules, writes the incident. Total: always an incident. */

import type { Ending, TcpStream } from '@resetscope/flow';
import { endpointText } from '@resetscope/wire';
import { type Candidate, reasonsOf } from './candidate.ts';
import { type CaseFile, openCase } from './case-file.ts';
import { causeById } from './causes.ts';
import { durationText } from './evidence.ts';
import type { Alternative, Fix, Incident, StreamRef, Trust } from './incident.ts';
import type { LogLine } from './log-line.ts';
import type { Match } from './match.ts';
import { harmOf } from './outcome.ts';
import type { Finding } from './rule.ts';
import { RULES } from './rules/index.ts';
import { sentenceOf, succeededText, whoSentence } from './sentence.ts';
import { sentenceCase } from './sentence-case.ts';
import type { Surroundings } from './surroundings.ts';
import { rfc3339 } from './time-text.ts';
import { unmatchedSentence } from './unmatched.ts';

export interface DiagnoseContext {
  readonly surroundings: Surroundings;
  readonly clockOffsetUs: number;
  /** Packets the capture lost in the window; null when it cannot tell. */
  readonly lostPackets: number | null;
}

/** Fields of an incident without a ladder, which report/ draws. */
export function diagnose(match: Match, context: DiagnoseContext): Incident {
  if (match.kind === 'matched') return matched(match.line, match.best, match.confidence, match.others, context);
  const base = baseOf(match.line, context);
  const sentence = unmatchedSentence(match);
  const answers = { succeeded: 'Not known.', who: 'Not known.', change: 'See the reason.' };
  if (match.kind === 'unmatched') return { ...base, status: 'unmatched', reason: match.reason, sentence, answers };
  const alternatives = match.candidates.map((c) => alternativeOf(c, 1 / match.candidates.length));
  return {
    ...base,
    status: 'ambiguous',
    reason: 'several-fit',
    alternatives,
    sentence,
    answers,
    confidence: 1 / match.candidates.length,
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
  });
  const { cause, finding } = judge(c);
  return {
    ...baseOf(line, context),
    status: 'matched',
    confidence: round(confidence),
    stream: streamRef(best.stream),
    alternatives: others.map((o) => alternativeOf(o, round(Math.max(0, confidence - (best.score - o.score) / 4) / 4))),
    ...verdictOf(c, cause, finding),
    trust: trustOf(c, line, context),
  };
}

/** The first rule that answers; the last one always does. */
export function judge(c: CaseFile): { readonly cause: string; readonly finding: Finding } {
  for (const rule of RULES) {
    const finding = rule.judge(c);
    if (finding !== null) return { cause: rule.cause, finding };
  }
  throw new Error('no rule answered: the last rule must always answer');
}

type VerdictFields = Pick<
  Incident,
  | 'reset'
  | 'phase'
  | 'cause'
  | 'title'
  | 'outcome'
  | 'harm'
  | 'normalClose'
  | 'teardown'
  | 'history'
  | 'wiresharkFilter'
  | 'sentence'
  | 'answers'
  | 'advice'
  | 'fixes'
  | 'evidence'
>;

function verdictOf(c: CaseFile, causeId: string, finding: Finding): VerdictFields {
  const cause = causeById(causeId);
  const fixes = cause?.fixes ?? [];
  const normalClose = cause?.normalClose ?? false;
  return {
    reset: resetRef(c.ending, finding),
    phase: c.phase,
    cause: causeId,
    title: cause?.title ?? causeId,
    outcome: c.outcome,
    harm: harmOf(c.outcome, c.exchange !== null),
    normalClose,
    teardown: c.stream.teardown,
    history: c.stream.history,
    wiresharkFilter: filterOf(c.stream, finding),
    sentence: sentenceOf(c, finding.by),
    answers: {
      succeeded: succeededText(c.outcome),
      who: whoSentence(c, finding.by, normalClose),
      change: changeText(fixes[0]),
    },
    advice: fixes.map((fix) => `${fix.party}: ${fix.text}`),
    fixes,
    evidence: finding.evidence,
  };
}

/** The first thing to change, as a sentence; a rule that binds several parties stands without one. */
function changeText(fix: Fix | undefined): string {
  if (fix === undefined) return 'Nothing.';
  const text = fix.party === 'rule' ? sentenceCase(fix.text) : `${fix.party}: ${fix.text}`;
  return `${text}.`;
}

function resetRef(ending: Ending | null, finding: Finding): Incident['reset'] {
  if (ending === null || ending.kind !== 'rst' || finding.by === null) return null;
  return { frame: ending.frameNumber, time: rfc3339(ending.tsUs), by: finding.by };
}

function filterOf(stream: TcpStream, finding: Finding): string {
  const frames = [...new Set(finding.evidence.flatMap((e) => e.frames))].sort((a, b) => a - b);
  const base = `tcp.stream eq ${stream.index}`;
  return frames.length === 0 ? base : `${base} and frame.number in {${frames.join(', ')}}`;
}

export function streamRef(stream: TcpStream): StreamRef {
  const text = (end: TcpStream['originator']): string => endpointText(end.address, end.port);
  return { index: stream.index, originator: text(stream.originator), responder: text(stream.responder) };
}

function alternativeOf(candidate: Candidate, confidence: number): Alternative {
  return { stream: streamRef(candidate.stream), confidence: round(confidence), reasons: reasonsOf(candidate) };
}

function trustOf(c: CaseFile, line: LogLine, context: DiagnoseContext): Trust {
  const flags: string[] = [];
  if (!c.stream.sawSyn) flags.push('the capture started in the middle of this connection');
  const missed = c.stream.halves.originator.missedBytes + c.stream.halves.responder.missedBytes;
  if (missed > 0) flags.push(`${missed} bytes of this connection are not in the capture`);
  if (c.exchange?.framing === 'guessed') flags.push('message ends were taken from the turns of the two sides');
  const readDelayUs = line.readAtUs === null || c.ending === null ? null : line.readAtUs - c.ending.tsUs;
  if (readDelayUs !== null && readDelayUs > 1_000_000)
    flags.push(`the line was read ${durationText(readDelayUs)} after the packet`);
  return {
    sawSyn: c.stream.sawSyn,
    tls: c.stream.protocol === 'tls',
    lostPackets: context.lostPackets,
    clockOffsetSeconds: context.clockOffsetUs / 1_000_000,
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
