/** Where the live answer to a line is another than that of `analyze`, and which rule allows it. Pure. */
import type { Incident } from '@resetscope/diagnosis';
import type { Truth } from '../accuracy/truth.ts';

/** Both answers to one line; undefined: none was given. */
export interface AnswerPair {
  readonly truth: Truth;
  readonly lineNumber: number;
  readonly analyzed: Incident | undefined;
  readonly live: Incident | undefined;
}

export type RuleName = 'clocks-disagree' | 'http2-frames' | 'equal-lines' | 'many-resets';

/** Its lines name one client, one URL, one second. */
export const EQUAL_LINES_CASE = 'same-second-same-url';
/** Further than this from its line the reset is not looked for (diagnosis, score.ts). */
const WINDOW_SECONDS = 6;

/** What live cannot know, or knows only when the lines come together; the first that fits names the difference. */
const RULES: Readonly<Record<RuleName, (pair: AnswerPair) => boolean>> = {
  /** Live, tailer and capture have one clock; analyze finds the offset of theirs. */
  'clocks-disagree': ({ truth, live }) =>
    Math.abs(truth.clockOffsetSeconds) > WINDOW_SECONDS && live?.status === 'unmatched',
  /** The ring keeps no frames of HTTP/2: the connection and who reset it are known, and what was under way is said to be unknown. */
  'http2-frames': (pair) => {
    const live = gistOf(pair.live);
    return pair.truth.case === 'http2' && differingFields(pair).every((field) => isSaidUnknown(field, live[field]));
  },
  /**
   * 54 lines of one second, of which many are told apart by their order only. The queue hands them out in batches that depend on
   * how busy the machine is, and what is matched in one batch is not there for the next: some are ambiguous, some swapped.
   */
  'equal-lines': ({ truth, live }) => truth.case === EQUAL_LINES_CASE && live !== undefined,
  /** Only the resets nearest to a line's second are read; here it is one of 3,000. */
  'many-resets': ({ truth, live }) => truth.case === 'health-checks' && live?.status === 'unmatched',
};

/** Names of the fields that differ; empty: the answers agree. */
export function differingFields({ analyzed, live }: AnswerPair): readonly string[] {
  const [a, b] = [gistOf(analyzed), gistOf(live)];
  return Object.keys(a).filter((field) => a[field] !== b[field]);
}

/** Null: the answers differ and no rule says why. */
export function ruleFor(pair: AnswerPair, allowed: readonly RuleName[]): RuleName | null {
  return allowed.find((name) => RULES[name](pair)) ?? null;
}

/** For the message of a failing test. */
export function differenceText(pair: AnswerPair): string {
  const [a, b] = [gistOf(pair.analyzed), gistOf(pair.live)];
  const fields = differingFields(pair).map((field) => `${field} ${a[field]} -> ${b[field]}`);
  return `${pair.truth.case} line ${pair.lineNumber}: ${fields.join(', ')}`;
}

/** What a verdict says; reasons and confidences apart, which rest on what else was there. */
function gistOf(incident: Incident | undefined): Readonly<Record<string, unknown>> {
  const { status = 'no answer', leg = null, stream, reset, phase, cause, outcome } = incident ?? {};
  return {
    status,
    leg,
    stream: stream == null ? null : `${stream.originator} ${stream.responder}`,
    resetBy: reset?.by ?? null,
    phase: phase ?? null,
    cause: cause ?? null,
    ...Object.fromEntries(OUTCOME_FIELDS.map((field) => [`outcome.${field}`, outcome?.[field] ?? null])),
  };
}

function isSaidUnknown(field: string, value: unknown): boolean {
  if (field === 'phase' || field === 'outcome.status') return value === null;
  return value === (field === 'cause' ? 'unknown-rst' : 'unknown') && /^(cause|outcome)/.test(field);
}

const OUTCOME_FIELDS = ['request', 'response', 'delivered', 'status', 'retrySafe'] as const;
