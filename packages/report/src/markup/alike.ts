/** A group of alike cases: one row of the overview, and its own section with the cases in it. */
import { type AlikeCases, commonWords } from '../alike.ts';
import { html, type SafeHtml } from '../html.ts';
import type { PlannedGroup } from '../report-plan.ts';
import { HARM_WORDS } from '../verdict-words.ts';
import { cutText } from '../wrap-text.ts';
import { badge, HARM_TONES, harmDot } from './badge.ts';
import { caseDetails, caseTable } from './case.ts';
import { codeSpans } from './code-spans.ts';

/** Peers and requests named. */
const VALUES_SHOWN = 4;
/** Characters of them: targets may be thousands long. */
const VALUES_CHARS = 400;

/** id: of the group's section. */
export function alikeRow(group: AlikeCases, id: string): SafeHtml {
  const { cases, facts } = group;
  return html`<li class="row">
${harmDot(group.harm)}
<div class="what"><a class="title" href="#${id}">${group.title}</a><p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p></div>
<b class="count">${number(cases.length)}</b>
</li>
`;
}

/** opensCases: they are unfolded from the start. */
export function alikeSection(
  { group, inFull, rows, leftOut }: PlannedGroup,
  id: string,
  opensCases: boolean,
): SafeHtml {
  const { cases, facts, harms } = group;
  const [{ verdict, silence, incident }] = cases;
  const { change } = verdict.answers;
  const common = (values: readonly string[]): string => cutText(commonWords(values, VALUES_SHOWN), VALUES_CHARS);
  return html`<section class="alike" id="${id}" data-group aria-labelledby="${id}-title">
<h2 id="${id}-title">${number(cases.length)} × ${group.title}</h2>
<p class="badges">${harms.map(([harm, count]) => badge(harms.length === 1 ? HARM_WORDS[harm] : `${number(count)} ${HARM_WORDS[harm]}`, HARM_TONES[harm]))}</p>
<dl class="shared">
${entry('Alike in', facts.join(', '))}
${entry('Peers', common(cases.map(({ peer }) => peer)))}
${entry('Requests', common(cases.map(({ asked }) => asked)))}
${entry(incident === null ? 'Ended' : 'Logged', times(cases.map(({ time }) => time)))}
${entry('No line', silence ?? '')}
${change !== '' && html`<div><dt>To change</dt><dd>${codeSpans(change)}</dd></div>`}
</dl>
${inFull.map((one) => caseDetails(one, opensCases))}
${rows.length > 0 && caseTable(rows, `${number(rows.length)} more of this kind, one row each`)}
${leftOut > 0 && html`<p class="left-out">${number(leftOut)} more of this kind are counted here and not listed; --json has them all.</p>`}
</section>
`;
}

function entry(name: string, value: string): SafeHtml | false {
  return value !== '' && html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function times(rfc3339: readonly string[]): string {
  const sorted = rfc3339.toSorted();
  const word = (time: string | undefined): string => time?.slice(0, 19).replace('T', ' ') ?? '';
  const [from, to] = [word(sorted[0]), word(sorted.at(-1))];
  return `${from === to ? from : `${from} to ${to}`} UTC`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
