/** Asks the rules about one case, and puts what they found in words. Total: the last rule always answers. */
import type { TcpStream } from '@resetscope/flow';
import type { CaseFile } from './case-file.ts';
import { causeById } from './causes.ts';
import type { CauseAlternative, Fix, Incident } from './incident.ts';
import type { Noticed } from './noticed.ts';
import { harmOf } from './outcome.ts';
import type { Finding, Rival } from './rule.ts';
import { RULES } from './rules/index.ts';
import { sentenceOf, succeededText, whoSentence } from './sentence.ts';
import { sentenceCase } from './sentence-case.ts';
import { rfc3339 } from './time-text.ts';
import { streamFilter } from './wireshark-filter.ts';

/** What the packets of one connection say, with or without a line. */
export type Verdict = Pick<
  Incident,
  | 'reset'
  | 'phase'
  | 'cause'
  | 'title'
  | 'causeAlternatives'
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
  | 'confidence'
>;

export interface Judgement {
  readonly cause: string;
  readonly finding: Finding;
}

/** The first rule that answers. */
export function judge(c: CaseFile): Judgement {
  for (const rule of RULES) {
    const finding = rule.judge(c);
    if (finding !== null) return { cause: rule.cause, finding };
  }
  throw new Error('no rule answered: the last rule must always answer');
}

/** Where the ends of messages are guessed, or the beginning is not there, so is what the rules rest on. */
const GUESS_CONFIDENCE = 0.85;

function sureness({ stream, exchange }: CaseFile, { confidence }: Finding): number {
  const isGuess = exchange?.framing === 'guessed' || !(stream.sawSyn || stream.sawSynAck);
  return isGuess ? Math.min(confidence, GUESS_CONFIDENCE) : confidence;
}

/** confidence: of the rule, without that of the match. */
export function verdictOf(c: CaseFile, { cause: id, finding }: Judgement = judge(c)): Verdict {
  const cause = causeById(id);
  const fixes = cause?.fixes ?? [];
  const normalClose = cause?.normalClose ?? false;
  return {
    confidence: sureness(c, finding),
    reset: resetRef(c.ending, finding),
    phase: c.phase,
    cause: id,
    title: cause?.title ?? id,
    causeAlternatives: (finding.rivals ?? []).map(alternativeOf),
    outcome: c.outcome,
    harm: harmOf(c.outcome, isAwaited(c)),
    normalClose,
    teardown: c.stream.teardown,
    history: c.stream.history,
    wiresharkFilter: filterOf(c.stream, finding),
    sentence: sentenceOf(c, finding.by),
    answers: {
      succeeded: succeededText(c),
      who: whoSentence(c, finding.by, normalClose),
      change: changeText(fixes[0]),
    },
    advice: fixes.map((fix) => `${fix.party}: ${fix.text}`),
    fixes,
    evidence: finding.evidence,
  };
}

/** Somebody waits for an answer, or may: who has asked nginx, or whom nginx asks an upstream for; it logs no others. */
function isAwaited({ leg, entry, exchange, outcome, isHidden }: CaseFile): boolean {
  if (isHidden) return true;
  if (leg === 'upstream' && entry !== null) return true;
  return exchange !== null && exchange.streamReset === null && outcome.request !== 'none';
}

function alternativeOf({ cause, missing }: Rival): CauseAlternative {
  return { cause, title: causeById(cause)?.title ?? cause, missing };
}

/** The first thing to change, as a sentence; a rule that binds several parties stands without one. */
function changeText(fix: Fix | undefined): string {
  if (fix === undefined) return 'Nothing.';
  const text = fix.party === 'rule' ? sentenceCase(fix.text) : `${fix.party}: ${fix.text}`;
  return `${text}.`;
}

function resetRef(ending: Noticed, finding: Finding): Incident['reset'] {
  if (ending === null || ending.kind !== 'rst' || finding.by === null) return null;
  return { frame: ending.frameNumber, time: rfc3339(ending.tsUs), by: finding.by };
}

function filterOf(stream: TcpStream, finding: Finding): string {
  return streamFilter(
    stream.index,
    finding.evidence.flatMap(({ frames }) => frames),
  );
}
