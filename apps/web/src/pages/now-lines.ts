/** Every line that was accepted, and what became of it; and why some have no connection. */
import { html, REASON_WORDS, type SafeHtml } from '@resetscope/report';
import type { SeenState } from '../watcher-state.ts';
import { type Column, figures } from './figures.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Without a match, because' },
  { head: 'In the last hour', isNumber: true },
  { head: 'In all', isNumber: true },
];

export function linesSection({ ledger, unlogged, reasons }: SeenState): SafeHtml | null {
  if (ledger === null && reasons === null) return null;
  return html`${ledger !== null && equation(ledger)}
${unlogged !== null && unlogged > 0 && html`<p class="caption">Besides, <a href="/incidents?range=all&amp;status=unlogged">${number(unlogged)} losses without a log line</a>.</p>`}
${reasons !== null && reasonTable(reasons)}`;
}

function equation({ lines, matched, ambiguous, unmatched, pending, dead }: NonNullable<SeenState['ledger']>): SafeHtml {
  const parts = [
    [matched, 'matched'],
    [ambiguous, 'ambiguous'],
    [unmatched, 'unmatched'],
    [pending, 'pending'],
    [dead, 'dead'],
  ] as const;
  return html`<p><b>${number(lines)}</b> ${lines === 1 ? 'line' : 'lines'} = ${parts.map(([count, word], at) => html`${at > 0 && ' + '}<b>${number(count)}</b> ${word}`)}</p>`;
}

function reasonTable(reasons: NonNullable<SeenState['reasons']>): SafeHtml {
  if (reasons.length === 0) return html`<p class="caption">Every line has its connection.</p>`;
  const rows = reasons.map(({ reason, lines, lastHour }) => {
    const name =
      reason === 'other'
        ? 'other'
        : html`<a href="/incidents?${String(new URLSearchParams({ range: 'all', reason }))}">${REASON_WORDS[reason]}</a>`;
    return [name, number(lastHour), number(lines)];
  });
  return figures('Lines without a match, by reason', COLUMNS, rows);
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
