/** Short words for the fields of an incident, the same in text, Markdown and HTML. */
import type { Fix, Harm, Incident, Outcome, ResetBy, Ternary, UnmatchedReason } from '@resetscope/diagnosis';

/** What an on-call engineer needs to know first. */
export const HARM_WORDS: Readonly<Record<Harm, string>> = {
  failed: 'failed',
  'may-have-executed': 'may have executed',
  harmless: 'harmless',
  unknown: 'not known',
};

/** Why a line has no single connection, in a few words; diagnosis has the sentence. */
export const REASON_WORDS: Readonly<Record<UnmatchedReason, string>> = {
  'no-stream-in-window': 'no connection in the time window',
  'no-such-reset': 'no reset that fits',
  'capture-gap': 'capture lost packets',
  'window-expired': 'packets had left the ring',
  'capture-not-there': 'no capture running',
  clock: 'fits in all but time',
  'unix-socket': 'unix socket',
  'not-tcp': 'not a TCP connection',
  'several-fit': 'several connections fit',
  uncorroborated: 'no packet supports it',
};

export const RESETTER_WORDS: Readonly<Record<ResetBy, string>> = {
  client: 'client',
  nginx: 'nginx',
  upstream: 'upstream',
  middlebox: 'middlebox',
};

const DELIVERED_WORDS: Readonly<Record<Ternary, string>> = {
  yes: 'delivered',
  no: 'not delivered',
  unknown: 'delivery not known',
};

export const RETRY_WORDS: Readonly<Record<Ternary, string>> = {
  yes: 'retry is safe',
  no: 'retry is not safe',
  unknown: 'retry safety not known',
};

/** `request complete, response complete, status 200, delivered, retry is not safe`. */
export function outcomeWords(outcome: Outcome): string {
  const status = outcome.status === null ? [] : [`status ${outcome.status}`];
  const parts = [`request ${outcome.request}`, `response ${outcome.response}`, ...status];
  return [...parts, DELIVERED_WORDS[outcome.delivered], RETRY_WORDS[outcome.retrySafe]].join(', ');
}

/** The fixes that the third answer does not already say. */
export function otherFixes({ answers, fixes }: Pick<Incident, 'answers' | 'fixes'>): readonly Fix[] {
  const said = answers.change.replace(/\.$/, '').toLowerCase();
  return fixes.filter(({ party, text }) => ![`${party}: ${text}`, text].some((fix) => fix.toLowerCase() === said));
}

/** `95 %`; never rounds up to certainty. */
export function confidenceWords(confidence: number): string {
  const percent = Math.round(confidence * 100);
  return `${confidence < 1 ? Math.min(percent, 99) : percent} %`;
}

/** Frame numbers in words at most; beyond, the filter beside them has them all (chosen). */
export const FRAMES_NAMED = 8;

/** `frame 7`, `frames 7, 9`; a list longer than FRAMES_NAMED is cut. */
export function frameWords(frames: readonly number[]): string {
  const shown = frames.slice(0, FRAMES_NAMED).join(', ');
  return `${frames.length === 1 ? 'frame' : 'frames'} ${shown}${frames.length > FRAMES_NAMED ? ', …' : ''}`;
}

/** The log's stamp is whole seconds; a fraction of zeros would claim more. */
export function loggedWords({ loggedAt }: Pick<Incident, 'loggedAt'>): string {
  return `logged ${loggedAt.replace(/\.0+Z$/, 'Z')}`;
}
