/** The ladder diagram of a case, what names its connection, and the filter that shows it in Wireshark. */
import { html, type SafeHtml } from '../html.ts';
import { formatStream, ladderHeads } from '../ladder-heads.ts';
import { ladderSvg } from '../ladder-svg.ts';
import type { Explained } from '../report-case.ts';
import { copyable } from './copyable.ts';
import { type HeadingLevel, heading } from './heading.ts';

/** Null without a connection. */
export function packetsSection(verdict: Explained, level: HeadingLevel = 2): SafeHtml | null {
  const { stream, ladder, reset, history, teardown, wiresharkFilter } = verdict;
  if (stream === null || ladder.length === 0) return null;
  const facts = [
    formatStream(stream),
    history === null ? '' : `history ${history}`,
    teardown === null ? '' : `teardown ${teardown}`,
    reset === null ? '' : `reset in frame ${reset.frame} at ${reset.time}`,
  ];
  return html`<section>
${heading(level, 'The packets')}
<div class="ladder" tabindex="0" role="region" aria-label="Ladder diagram">${ladderSvg(ladder, ladderHeads(verdict), `Packets of ${formatStream(stream)}. ${verdict.sentence}`)}</div>
<p class="caption">${facts.filter((fact) => fact !== '').join(' · ')}</p>
${wiresharkFilter !== null && html`<p class="caption">${copyable(wiresharkFilter)}</p>`}
</section>`;
}
