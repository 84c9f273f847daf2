/** The apps that say that they are there, and those that have fallen silent. */
import { html, type SafeHtml } from '@resetscope/report';
import { type AppBeat, SILENT_AFTER_MS } from '@resetscope/telemetry';
import type { SeenState } from '../watcher-state.ts';
import { type Column, figures } from './figures.ts';
import { spanWords } from './span-words.ts';
import { age } from './when.ts';

const COLUMNS: readonly Column[] = [
  { head: 'App' },
  { head: 'Node' },
  { head: 'State' },
  { head: 'Started' },
  { head: 'Last heard', isNumber: true },
];

export function appsSection({ apps, nowUs }: SeenState): SafeHtml | null {
  if (apps === null) return null;
  if (apps.length === 0) return html`<p class="caption">No app has said that it is there.</p>`;
  const rows = apps.map((beat) => [
    beat.app,
    html`<code>${beat.node}</code> <span class="dim">${beat.pid}</span>`,
    stateOf(beat),
    age(beat.startedAtMs * 1000, nowUs),
    `${spanWords(beat.silentMs * 1000)} ago`,
  ]);
  return figures('Apps', COLUMNS, rows);
}

function stateOf({ silentMs, trouble }: AppBeat): SafeHtml {
  if (silentMs >= SILENT_AFTER_MS) return word('warn', 'silent');
  return trouble === null ? word('good', 'runs') : word('warn', `not ready: ${trouble}`);
}

function word(tone: 'good' | 'warn', text: string): SafeHtml {
  return html`<span class="word"><span class="dot ${tone}"></span>${text}</span>`;
}
