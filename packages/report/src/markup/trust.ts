/** How far to trust it: a strip of facts, each with a mark that says whether something is missing. */
import type { Incident } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { type TrustFact, trustFacts } from '../trust-facts.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';

const TONE_WORDS: Readonly<Record<TrustFact['tone'], string>> = { good: 'fine', warn: 'mind this', calm: 'not known' };

export function trustSection(incident: Incident, level: HeadingLevel = 2): SafeHtml {
  const { flags } = incident.trust;
  return html`<section${anchor(level, 'trust')}>
${heading(level, 'How far to trust it')}
<dl class="trust">
${trustFacts(incident).map(factItem)}</dl>
${flags.length > 0 && html`<ul class="flags">${flags.map((flag) => html`<li>${flag}</li>`)}</ul>`}
</section>`;
}

function factItem({ name, value, tone }: TrustFact): SafeHtml {
  return html`<div><dt><span class="dot ${tone}" role="img" aria-label="${TONE_WORDS[tone]}"></span>${name}</dt><dd>${value}</dd></div>
`;
}
