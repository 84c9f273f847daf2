/** How far back the packets of each host reach, and what is missing from them. */
import { html, type SafeHtml } from '@resetscope/report';
import type { RingState, SeenState } from '../watcher-state.ts';
import { type Column, figures } from './figures.ts';
import { lostPackets } from './now-troubles.ts';
import { sizeWords, spanWords } from './span-words.ts';

const COLUMNS: readonly Column[] = [
  { head: 'Node' },
  { head: 'Reaches back', isNumber: true },
  { head: 'Up to', isNumber: true },
  { head: 'Size', isNumber: true },
  { head: 'Packets missing', isNumber: true },
  { head: 'Gaps' },
];

export function ringsSection({ rings, nowUs }: SeenState): SafeHtml | null {
  if (rings === null) return null;
  if (rings.length === 0)
    return html`<p class="caption">No host has a ring: no capture runs, or none has for a while.</p>`;
  const rows = rings.map((ring) => [
    html`<code>${ring.node}</code>`,
    spanWords(nowUs - ring.oldestUs),
    `${spanWords(nowUs - ring.newestUs)} ago`,
    html`${sizeWords(ring.bytes)} <span class="dim">${ring.blocks.toLocaleString('en-US')} blocks</span>`,
    lostPackets(ring).toLocaleString('en-US'),
    gapWords(ring),
  ]);
  return figures('Packet rings', COLUMNS, rows);
}

/** `2 × kernel-drop, restart`; the names stand in packages/ring/README.md. */
export function gapWords({ gaps }: Pick<RingState, 'gaps'>): string {
  const counts = new Map<string, number>();
  for (const { reason } of gaps) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  if (counts.size === 0) return 'none';
  return [...counts].map(([reason, count]) => (count === 1 ? reason : `${count} × ${reason}`)).join(', ');
}
