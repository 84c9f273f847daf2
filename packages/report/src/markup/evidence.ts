/** What proves the verdict, and what else was considered: other causes with the same traces, other connections that fit. */
import type { Alternative, CauseAlternative, Evidence } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { formatStream } from '../ladder-heads.ts';
import type { Explained } from '../report-case.ts';
import { confidenceWords, frameWords } from '../verdict-words.ts';
import { copyable } from './copyable.ts';
import { type HeadingLevel, heading } from './heading.ts';

export function evidenceSection(
  { evidence, causeAlternatives }: Pick<Explained, 'evidence' | 'causeAlternatives'>,
  alternatives: readonly Alternative[],
  level: HeadingLevel = 2,
): SafeHtml {
  const others = [...causeAlternatives.map(causeItem), ...alternatives.map(streamItem)];
  return html`${
    evidence.length > 0 &&
    html`<section>
${heading(level, 'The evidence')}
<ol class="evidence">${evidence.map(evidenceItem)}</ol>
</section>`
  }
${
  others.length > 0 &&
  html`<section>
${heading(level, 'What else was considered')}
<ul class="alternatives">${others}</ul>
</section>`
}`;
}

function evidenceItem({ claim, frames, displayFilter }: Evidence): SafeHtml {
  return html`<li><p>${claim}${frames.length > 0 && html` <span class="frames">${frameWords(frames)}</span>`}</p>${displayFilter !== '' && copyable(displayFilter)}</li>`;
}

function causeItem({ cause, title, missing }: CauseAlternative): SafeHtml {
  return html`<li><span>${title} <code>${cause}</code><br><span class="facts">${missing}</span></span></li>`;
}

function streamItem({ stream, confidence, reasons }: Alternative): SafeHtml {
  return html`<li><b class="score">${confidenceWords(confidence)}</b> <span><code>${formatStream(stream)}</code> tcp.stream ${stream.index}${reasons.length > 0 && html`<br><span class="facts">${reasons.join('; ')}</span>`}</span></li>`;
}
