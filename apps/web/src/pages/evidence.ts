/** What proves the verdict, and what else was considered. */
import type { Alternative, Evidence, Incident } from '@resetscope/diagnosis';
import { confidenceWords, formatStream, frameWords, html, type SafeHtml } from '@resetscope/report';
import { copyable } from './copyable.ts';

export function evidenceSection({ evidence, alternatives }: Incident): SafeHtml {
  return html`${
    evidence.length > 0 &&
    html`<section>
<h2>The evidence</h2>
<ol class="evidence">${evidence.map(evidenceItem)}</ol>
</section>`
  }
${
  alternatives.length > 0 &&
  html`<section>
<h2>What else was considered</h2>
<ol class="alternatives">${alternatives.map(alternativeItem)}</ol>
</section>`
}`;
}

function evidenceItem({ claim, frames, displayFilter }: Evidence): SafeHtml {
  return html`<li><p>${claim}${frames.length > 0 && html` <span class="frames">${frameWords(frames)}</span>`}</p>${displayFilter !== '' && copyable(displayFilter)}</li>`;
}

function alternativeItem({ stream, confidence, reasons }: Alternative): SafeHtml {
  return html`<li><b class="score">${confidenceWords(confidence)}</b> <span><code>${formatStream(stream)}</code> tcp.stream ${stream.index}${reasons.length > 0 && html`<br><span class="facts">${reasons.join('; ')}</span>`}</span></li>`;
}
