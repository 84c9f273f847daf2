/** Both connections of the request on one timeline, and how the other one was found. */
import type { Incident } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { joinWords, legHeads, legRows } from '../legs.ts';
import { legsSvg } from '../legs-svg.ts';
import { confidenceWords } from '../verdict-words.ts';
import { type HeadingLevel, heading } from './heading.ts';

/** Null when only one of them is known. */
export function legsSection(incident: Incident, level: HeadingLevel = 2): SafeHtml | null {
  const { otherLeg } = incident;
  const rows = legRows(incident);
  if (otherLeg === undefined || rows.length === 0) return null;
  const label = `Packets of the client's and the upstream's connection. ${incident.sentence}`;
  return html`<section>
${heading(level, 'Both connections of the request')}
<div class="ladder" tabindex="0" role="region" aria-label="Both connections">${legsSvg(rows, legHeads(incident), label)}</div>
<p class="caption">${otherLeg.leg} connection ${joinWords(otherLeg)} · ${confidenceWords(otherLeg.confidence)}</p>
</section>`;
}
