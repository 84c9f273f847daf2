/** The three answers, side by side: a badge to see, a sentence to read, the facts behind it. */
import { type HtmlValue, html, type SafeHtml } from '../html.ts';
import type { Explained } from '../report-case.ts';
import { otherFixes, outcomeWords, RESETTER_WORDS } from '../verdict-words.ts';
import { badge, succeededBadge } from './badge.ts';
import { codeSpans } from './code-spans.ts';
import { type HeadingLevel, heading } from './heading.ts';

export function answersSection(verdict: Explained, level: HeadingLevel = 2): SafeHtml {
  const { answers, outcome, cause, fixes } = verdict;
  const parties = [...new Set(fixes.map(({ party }) => party))];
  const answer = (
    question: string,
    badges: readonly SafeHtml[],
    sentence: string,
    facts: HtmlValue,
  ): SafeHtml => html`<div class="answer">
${heading(level, question)}
${badges.length > 0 && html`<p class="badges">${badges}</p>`}
${sentence !== '' && html`<p>${codeSpans(sentence)}</p>`}
${facts}
</div>`;
  return html`<section class="answers" aria-label="The three answers">
${answer('Did it succeed?', [succeededBadge(verdict)], answers.succeeded, outcome !== null && html`<p class="facts">${outcomeWords(outcome)}</p>`)}
${answer('Who hung up?', whoBadges(verdict), answers.who, cause !== null && html`<p class="facts">cause ${cause}</p>`)}
${answer(
  'What to change?',
  parties.map((party) => badge(party, 'calm')),
  answers.change,
  fixList(verdict),
)}
</section>`;
}

function whoBadges({ reset, phase, normalClose, cause }: Explained): readonly SafeHtml[] {
  if (cause === null) return [badge('not known', 'calm')];
  return [
    ...(reset === null ? [] : [badge(RESETTER_WORDS[reset.by], 'calm')]),
    ...(phase === null ? [] : [badge(phase, 'calm')]),
    badge(normalClose ? 'normal close' : 'not a normal close', normalClose ? 'good' : 'warn'),
  ];
}

function fixList(verdict: Explained): SafeHtml | null {
  const items = otherFixes(verdict).map(({ party, text }) => html`<li><b>${party}</b> ${codeSpans(text)}</li>`);
  return items.length === 0 ? null : html`<ul class="fixes">${items}</ul>`;
}
