/** The summary for people. */
import { visibleText } from '@resetscope/report';
import type { Terminal } from '../terminal.ts';
import { isPerfect, type Summary, type WrongLine } from './summary.ts';

/** Wrong lines shown in full; the rest is in --json. */
const SHOWN_WRONG_LINES = 10;

const CAUSE_WIDTH = 34;

export function summaryLines(summary: Summary, terminal: Terminal): readonly string[] {
  const { lines, latencyMs, wrong } = summary;
  const number = (value: number): string => value.toLocaleString('en-US');
  const ms = (value: number | null): string => (value === null ? '-' : `${value.toFixed(0)} ms`);
  const verdict = isPerfect(summary)
    ? terminal.paint('green', '✓ every logged reset was joined to its connection, with the right cause')
    : terminal.paint('red', `✗ ${wrong.length} lines were not explained rightly`);
  return [
    '',
    `provoked ${summary.provoked}   logged by nginx ${summary.logged}   matched ${summary.matched}   right cause ${summary.right}`,
    `lines ${lines.total} = matched ${lines.matched} + ambiguous ${lines.ambiguous} + unmatched ${lines.unmatched}${pendingText(lines.pending)}`,
    `background: ${number(summary.healthyRequests)} healthy requests, ${number(summary.healthProbes)} health-check probes in ${summary.seconds.toFixed(0)} s`,
    `from the reset on the wire to the incident: p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}`,
    '',
    `${'cause'.padEnd(CAUSE_WIDTH)} provoked  logged  matched  right`,
    ...summary.causes.map(
      ({ cause, provoked, logged, matched, right }) =>
        `${cause.padEnd(CAUSE_WIDTH)} ${cell(provoked, 8)}${cell(logged, 8)}${cell(matched, 9)}${cell(right, 7)}`,
    ),
    '',
    ...summary.unexpected.slice(0, SHOWN_WRONG_LINES).map((raw) => `not provoked: ${visibleText(raw)}`),
    ...wrong.slice(0, SHOWN_WRONG_LINES).flatMap(wrongLines),
    verdict,
  ];
}

function pendingText(pending: number): string {
  return pending === 0 ? '' : ` + without incident ${pending}`;
}

function cell(value: number, width: number): string {
  return String(value).padStart(width);
}

function wrongLines({ line, judgement, expected, got }: WrongLine): readonly string[] {
  const answer =
    got === null ? '-' : `${got.status} ${got.reason ?? ''} ${got.originator}->${got.responder} ${got.cause}`;
  return [
    `${judgement}: ${visibleText(line)}`,
    `  expected ${expected.originator}->${expected.responder} ${expected.causes.join('|')}`,
    `  got      ${visibleText(answer)}`,
  ];
}
