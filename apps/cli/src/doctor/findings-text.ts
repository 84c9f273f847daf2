/** Findings for a person: a badge and a line each, with what it means and what to do where something is wrong. */
import { visibleText } from '@resetscope/report';
import type { Finding } from '../finding.ts';
import type { Color, Terminal } from '../terminal.ts';
import { CHECK_MEANINGS } from './check-meaning.ts';

/** Also where the terminal is wider, or none: reports are pasted into tickets. */
const WIDTH = 80;

const BADGE_LEN = 'skip  '.length;

const BADGES: Readonly<Record<Finding['status'], { readonly text: string; readonly color: Color }>> = {
  ok: { text: 'ok', color: 'green' },
  skipped: { text: 'skip', color: 'dim' },
  warn: { text: 'warn', color: 'yellow' },
  fail: { text: 'fail', color: 'red' },
};

/** Each at most 80 characters, words that are longer apart. */
export function findingLines(finding: Finding, terminal: Terminal): readonly string[] {
  const { text, color } = BADGES[finding.status];
  const [first = '', ...rest] = wrapped('', `${finding.subject}: ${finding.message}`);
  const badge = terminal.paint(color, text) + ' '.repeat(BADGE_LEN - text.length);
  return [
    `${badge}${first}`,
    ...rest.map(indented),
    ...('fix' in finding
      ? [
          ...wrapped('', CHECK_MEANINGS[finding.id]).map((line) => indented(terminal.paint('dim', line))),
          ...wrapped('-> ', finding.fix).map((line) => indented(terminal.paint('bold', line))),
        ]
      : []),
  ];
}

/** `12 ok, 1 warning, 0 failed, 3 skipped`. */
export function countsLine(findings: readonly Finding[]): string {
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length;
  const warnings = count('warn');
  return `${count('ok')} ok, ${warnings} warning${warnings === 1 ? '' : 's'}, ${count('fail')} failed, ${count('skipped')} skipped`;
}

function indented(line: string): string {
  return ' '.repeat(BADGE_LEN) + line;
}

/** Lines of the text behind the badge; the first begins with `mark`, the others are as far in. */
function wrapped(mark: string, text: string): readonly string[] {
  const room = WIDTH - BADGE_LEN - mark.length;
  const lines: string[] = [];
  let line = '';
  for (const word of visibleText(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one, at) => (at === 0 ? mark : ' '.repeat(mark.length)) + one);
}
