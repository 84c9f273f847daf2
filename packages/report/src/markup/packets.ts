/** The ladder diagram of a case, with its history and its filter, and the same packets as a table. */

import { historyLetters } from '../history-words.ts';
import { html, type SafeHtml } from '../html.ts';
import { type Drawable, ladderDrawings } from '../ladder-drawing.ts';
import { formatStream } from '../ladder-heads.ts';
import { joinWords } from '../legs.ts';
import type { Explained } from '../report-case.ts';
import { confidenceWords } from '../verdict-words.ts';
import { copyable } from './copyable.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';
import { packetTable } from './packet-table.ts';

/** Null without a connection. */
export function packetsSection(verdict: Explained & Drawable, level: HeadingLevel = 2): SafeHtml | null {
  const { stream, otherLeg, leg, history, teardown, wiresharkFilter } = verdict;
  const drawings = ladderDrawings(verdict);
  if (stream === null || drawings.length === 0) return null;
  return html`<section class="packets"${anchor(level, 'packets')}>
${heading(level, otherLeg === undefined ? 'The packets' : 'The packets, on both connections')}
<p class="toggles"><label><input type="checkbox" class="show-seq"> sequence numbers</label><label><input type="checkbox" class="show-raw"> as sent (raw)</label></p>
<div class="ladder" tabindex="0" role="region" aria-label="Ladder diagram">${drawings}</div>
<p class="caption">${leg ?? ''} connection <code>${formatStream(stream)}</code>, tcp.stream ${stream.index}${teardown !== null && html`, teardown ${teardown}`}${otherLeg !== undefined && html`<br>${otherLeg.leg} connection <code>${joinWords(otherLeg)}</code> · ${confidenceWords(otherLeg.confidence)}`}</p>
${wiresharkFilter !== null && html`<p class="caption">Wireshark: ${copyable(wiresharkFilter, true)}</p>`}
${history !== null && history !== '' && historyPart(history, leg)}
${packetTable(verdict)}
</section>`;
}

function historyPart(history: string, leg: Explained['leg']): SafeHtml {
  const letters = historyLetters(history, leg).map(({ letter, text }) => html`<li><code>${letter}</code> ${text}</li>`);
  return html`<details class="fold"><summary>History <code class="history">${history}</code></summary>
<ul class="letters">${letters}</ul>
<p class="caption">Zeek's history: a letter for each kind of packet as it first came, upper case from the end that opened the connection. Letters T, W and G come again at ten, a hundred and so on.</p>
</details>`;
}
