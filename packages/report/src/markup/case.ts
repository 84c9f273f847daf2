/** A case in a report of many: folded to its sentence until it is opened, or one row of a table. */
import { html, type SafeHtml } from '../html.ts';
import type { ReportCase } from '../report-case.ts';
import { cutText } from '../wrap-text.ts';
import { answersSection } from './answers.ts';
import { harmDot } from './badge.ts';
import { consideredSection } from './considered.ts';
import { evidenceSection } from './evidence.ts';
import { fixesSection } from './fixes.ts';
import { gapSection } from './gap.ts';
import { lineSection } from './line.ts';
import { packetsSection } from './packets.ts';
import { retriesSection } from './retries.ts';
import { trustSection } from './trust.ts';

/** Characters of a request in a row: targets may be thousands long. */
const REQUEST_CHARS = 120;

/** isOpen: unfolded from the start. */
export function caseDetails({ verdict, incident, silence, ...one }: ReportCase, isOpen: boolean): SafeHtml {
  const { stream, reset } = verdict;
  const facts = [
    one.place,
    `${one.time.slice(11, 19)} UTC`,
    one.peer,
    one.certainty,
    stream === null ? '' : `tcp.stream ${stream.index}`,
    reset === null ? '' : `frame ${reset.frame}`,
  ].filter((fact) => fact !== '');
  return html`<details class="case" data-case${isOpen && html` open`}>
<summary>${harmDot(verdict.harm)}<div class="what"><h3>${verdict.sentence}</h3><p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p></div></summary>
<div class="case-body">
${incident !== null && incident.status !== 'matched' ? gapSection(incident, 4) : answersSection(incident ?? verdict, 4)}
${fixesSection(verdict, 4)}
${silence !== null && html`<p class="silence"><b>No line:</b> ${silence}</p>`}
${incident !== null && lineSection(incident, 4)}
${packetsSection(incident ?? verdict, 4)}
${incident !== null && retriesSection(incident, [], 4)}
${evidenceSection(verdict, 4)}
${consideredSection(verdict, incident, 4)}
${incident !== null && trustSection(incident, 4)}
</div>
</details>
`;
}

export function caseTable(cases: readonly ReportCase[], caption: string): SafeHtml {
  return html`<div class="table" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr><th scope="col">Place</th><th scope="col">Time, UTC</th><th scope="col">Harm</th><th scope="col">Peer</th><th scope="col">Request</th><th scope="col">Certainty</th><th scope="col">tcp.stream</th><th scope="col">Frame</th></tr></thead>
<tbody>
${cases.map(caseRow)}</tbody>
</table></div>`;
}

function caseRow({ verdict, place, time, peer, asked, certainty }: ReportCase): SafeHtml {
  return html`<tr data-case><td>${place}</td><td>${time.slice(0, 19).replace('T', ' ')}</td><td>${harmDot(verdict.harm)}</td><td>${peer}</td><td>${cutText(asked, REQUEST_CHARS)}</td><td>${certainty}</td><td>${verdict.stream?.index}</td><td>${verdict.reset?.frame}</td></tr>
`;
}
