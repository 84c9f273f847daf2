/** How many lines wait for their answer, and alerts for their receiver. */
import { html, type SafeHtml } from '@resetscope/report';
import type { SeenState } from '../watcher-state.ts';
import { figures } from './figures.ts';
import { spanWords } from './span-words.ts';

export function queueSection({ queue, outbox }: SeenState): SafeHtml | null {
  if (queue === null && outbox === null) return null;
  const number = (count: number): string => count.toLocaleString('en-US');
  const queued =
    queue === null
      ? []
      : [
          ['Lines waiting', number(queue.waiting)],
          ['The oldest of them for', queue.waiting === 0 ? '–' : spanWords(queue.oldestWaitingMs * 1000)],
          ['Being answered', number(queue.active)],
          ['To be looked at again', number(queue.delayed)],
          ['Given up', number(queue.failed)],
        ];
  const told =
    outbox === null
      ? []
      : [
          ['Alerts waiting', number(outbox.waiting)],
          ['Alerts given up', number(outbox.dead)],
          ['Alerts lost, because too many waited', number(outbox.lost)],
        ];
  return html`${figures('Queue and webhook', [{ head: 'What' }, { head: 'Now', isNumber: true }], [...queued, ...told])}`;
}
