/** The counts of a run in words, the same in text and HTML: what became of the lines, of the resets, and the clock. */
import type { Analysis } from './analysis.ts';
import { SILENCE_WORDS } from './report-case.ts';
import { REASON_WORDS } from './verdict-words.ts';

export interface AnalysisFact {
  /** `200 lines`. */
  readonly name: string;
  /** `180 matched`, …: they add up to the name's number, where it has one. */
  readonly parts: readonly string[];
}

export function analysisFacts({ incidents, unlogged, resets, clockOffsetSeconds }: Analysis): readonly AnalysisFact[] {
  const count = (status: string): number => incidents.filter((one) => one.status === status).length;
  const reasons = tally(
    incidents.map(({ status, reason }) => (status === 'unmatched' && reason !== null ? REASON_WORDS[reason] : '')),
  );
  const silences = tally(unlogged.map(({ why }) => SILENCE_WORDS[why.reason]));
  const unmatched = `${number(count('unmatched'))} unmatched`;
  return [
    {
      name: counted(incidents.length, 'line'),
      parts: [
        `${number(count('matched'))} matched`,
        `${number(count('ambiguous'))} ambiguous`,
        reasons.length === 0 ? unmatched : `${unmatched} (${reasons.join(', ')})`,
      ],
    },
    {
      name: counted(resets.total, 'reset'),
      parts: [
        `${number(resets.matched)} matched`,
        `${number(resets.handshake)} in the handshake`,
        `${number(resets.closing)} after a FIN`,
        `${number(resets.unlogged)} unlogged`,
      ],
    },
    ...(silences.length === 0
      ? []
      : [{ name: counted(unlogged.length, 'loss', 'losses'), parts: [`no line: ${silences.join(', ')}`] }]),
    { name: 'Clock', parts: [clockWords(clockOffsetSeconds)] },
  ];
}

/** `unix socket 2`, …: most frequent first; empty words are not counted. */
function tally(words: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([word, count]) => `${word} ${number(count)}`);
}

/** Below this the log's whole seconds cannot tell. */
const CLOCK_RESOLUTION_SECONDS = 0.0005;

function clockWords(offsetSeconds: number): string {
  if (Math.abs(offsetSeconds) < CLOCK_RESOLUTION_SECONDS) return 'capture and log agree';
  const amount = `${Math.abs(offsetSeconds).toFixed(3)} s`;
  return `the capture is ${amount} ${offsetSeconds > 0 ? 'ahead of' : 'behind'} the log`;
}

function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : plural}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
