/** What the capture saw and lost, as short clauses. */
import { html, type SafeHtml } from '../html.ts';
import { type HeadingLevel, heading } from './heading.ts';

/** facts: trustWords of the incident, and what else the page knows. */
export function trustSection(facts: readonly string[], level: HeadingLevel = 2): SafeHtml {
  return html`<section>
${heading(level, 'How far to trust it')}
<ul class="trust">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
</section>`;
}
