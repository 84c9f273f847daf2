/** What proves the verdict: claims, the frames that show them, and a filter for each. */
import type { Evidence } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import type { Explained } from '../report-case.ts';
import { frameWords } from '../verdict-words.ts';
import { copyable } from './copyable.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';

/** Null without any. */
export function evidenceSection({ evidence }: Pick<Explained, 'evidence'>, level: HeadingLevel = 2): SafeHtml | null {
  if (evidence.length === 0) return null;
  return html`<section${anchor(level, 'evidence')}>
${heading(level, 'The evidence')}
<ol class="evidence">${evidence.map(evidenceItem)}</ol>
</section>`;
}

function evidenceItem({ claim, frames, displayFilter }: Evidence): SafeHtml {
  return html`<li><p>${claim}${frames.length > 0 && html` <span class="frames">${frameWords(frames)}</span>`}</p>${displayFilter !== '' && copyable(displayFilter)}</li>`;
}
