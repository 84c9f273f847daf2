/** What was considered: the connections that may be the line's with what speaks for each, and causes that leave the same traces. */
import type { CauseAlternative, Incident, StreamRef } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { formatStream } from '../ladder-heads.ts';
import type { Explained } from '../report-case.ts';
import { confidenceWords } from '../verdict-words.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';

/** incident: null for a connection without a line. Null when nothing else came into question. */
export function consideredSection(
  { causeAlternatives }: Pick<Explained, 'causeAlternatives'>,
  incident: Pick<Incident, 'status' | 'stream' | 'confidence' | 'reasons' | 'alternatives'> | null,
  level: HeadingLevel = 2,
): SafeHtml | null {
  const streams =
    incident === null ? [] : [...chosen(incident), ...incident.alternatives.map((one) => streamItem(one, false))];
  const items = [...streams, ...causeAlternatives.map(causeItem)];
  if (items.length === 0) return null;
  return html`<section${anchor(level, 'considered')}>
${heading(level, 'What was considered')}
<ul class="alternatives">${items}</ul>
</section>`;
}

interface Considered {
  readonly stream: StreamRef;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

function chosen({
  status,
  stream,
  confidence,
  reasons = [],
}: Pick<Incident, 'status' | 'stream' | 'confidence' | 'reasons'>): readonly SafeHtml[] {
  const isKnown = status === 'matched' && stream !== null && reasons.length > 0;
  return isKnown ? [streamItem({ stream, confidence, reasons }, true)] : [];
}

function streamItem({ stream, confidence, reasons }: Considered, isChosen: boolean): SafeHtml {
  return html`<li><b class="score">${confidenceWords(confidence)}</b><div class="about">${isChosen && html`<b>Taken:</b> `}<code>${formatStream(stream)}</code> tcp.stream ${stream.index}${reasons.length > 0 && html`<p class="facts">${reasons.join('; ')}</p>`}</div></li>
`;
}

function causeItem({ cause, title, missing }: CauseAlternative): SafeHtml {
  return html`<li><b class="score">cause</b><div class="about">${title} <code>${cause}</code><p class="facts">${missing}</p></div></li>
`;
}
