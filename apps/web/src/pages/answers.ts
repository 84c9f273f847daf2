/** The three answers, side by side: a badge to see, a sentence to read, the facts behind it. */
import type { Incident } from '@resetscope/diagnosis';
import { type HtmlValue, html, otherFixes, outcomeWords, RESETTER_WORDS, type SafeHtml } from '@resetscope/report';
import { badge, succeededBadge } from './badge.ts';

export function answersSection(incident: Incident): SafeHtml {
  const { answers, outcome } = incident;
  return html`<section class="answers" aria-label="The three answers">
${answer('Did it succeed?', succeededBadge(incident), answers.succeeded, outcome !== null && html`<p class="facts">${outcomeWords(outcome)}</p>`)}
${answer('Who hung up?', whoBadges(incident), answers.who, incident.cause !== null && html`<p class="facts">cause ${incident.cause}</p>`)}
${answer(
  'What to change?',
  parties(incident).map((party) => badge(party, 'calm')),
  answers.change,
  fixList(incident),
)}
</section>`;
}

function answer(
  question: string,
  badges: SafeHtml | readonly SafeHtml[],
  sentence: string,
  facts: HtmlValue,
): SafeHtml {
  const hasBadges = !Array.isArray(badges) || badges.length > 0;
  return html`<div class="answer">
<h2>${question}</h2>
${hasBadges && html`<p class="badges">${badges}</p>`}
${sentence !== '' && html`<p>${codeSpans(sentence)}</p>`}
${facts}
</div>`;
}

function whoBadges({ reset, phase, normalClose, status }: Incident): readonly SafeHtml[] {
  if (status === 'unmatched') return [badge('not known', 'calm')];
  return [
    ...(reset === null ? [] : [badge(RESETTER_WORDS[reset.by], 'calm')]),
    ...(phase === null ? [] : [badge(phase, 'calm')]),
    badge(normalClose ? 'normal close' : 'not a normal close', normalClose ? 'good' : 'warn'),
  ];
}

function parties({ fixes }: Incident): readonly string[] {
  return [...new Set(fixes.map(({ party }) => party))];
}

function fixList(incident: Incident): SafeHtml | null {
  const items = otherFixes(incident).map(({ party, text }) => html`<li><b>${party}</b> ${codeSpans(text)}</li>`);
  return items.length === 0 ? null : html`<ul class="fixes">${items}</ul>`;
}

/** Text between backticks as code: `proxy_read_timeout`. */
function codeSpans(text: string): readonly HtmlValue[] {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}
