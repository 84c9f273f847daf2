/** Filters of the lists: a plain form whose state is the address, links for the time, and one for each filter to take it away. */
import { CAUSES, causeById } from '@resetscope/diagnosis';
import { HARM_WORDS, html, REASON_WORDS, type SafeHtml } from '@resetscope/report';
import { filterLink, type ListFilter, STATUSES } from '../list-filter.ts';
import { rangeParameters, rangeWords, SPANS, type TimeRange, utcField } from '../time-range.ts';

export interface FilterForm {
  /** Where the form leads. */
  readonly path: '/' | '/incidents';
  readonly filter: ListFilter;
}

export function filterForm({ path, filter }: FilterForm): SafeHtml {
  const isIncidents = path === '/incidents';
  const { range, text, harm, leg, cause, upstream, client } = filter;
  const hidden = [
    ...rangeParameters(range).filter(([name]) => name === 'range'),
    ...(filter.state === 'active' ? [] : [['state', filter.state] as const]),
    ...(filter.order === 'harm' ? [] : [['order', filter.order] as const]),
  ];
  return html`<form class="filters" role="search" method="get" action="${path}">
${hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<div class="first">
<label class="search"><span class="unseen">Text</span><input type="search" name="text" value="${text}" placeholder="${isIncidents ? 'Search the log lines' : 'Search cause, route, address'}" maxlength="256" data-search></label>
<label><span class="unseen">Harm</span><select name="harm"><option value="">Any harm</option>${options(Object.entries(HARM_WORDS), harm)}</select></label>
<button class="button primary">Apply</button>
${rangeLinks(path, filter)}
</div>
<details><summary>More filters</summary>
<div class="more">
<label>Cause<select name="cause"><option value="">Any</option>${options(
    CAUSES.map(({ id, title }) => [id, title]),
    cause,
  )}</select></label>
<label>Leg<select name="leg"><option value="">Any</option>${options(
    [
      ['client', 'client'],
      ['upstream', 'upstream'],
    ],
    leg,
  )}</select></label>
<label>Upstream<input name="upstream" value="${upstream}" placeholder="10.4.40.140:8080" maxlength="256" autocapitalize="none"></label>
<label>Client<input name="client" value="${client}" placeholder="${isIncidents ? '203.0.113.0/24' : '203.0.113.7'}" maxlength="256" autocapitalize="none"></label>
${isIncidents && incidentFields(filter)}
<label>From (UTC)<input type="datetime-local" name="from" value="${range.kind === 'custom' && utcField(range.fromUs)}"></label>
<label>To (UTC)<input type="datetime-local" name="to" value="${range.kind === 'custom' && utcField(range.toUs)}"></label>
</div>
</details>
${chips(path, filter)}
</form>`;
}

function incidentFields({ status, reason, code }: ListFilter): SafeHtml {
  return html`<label>Line<select name="status"><option value="">Any</option>${options(
    STATUSES.map((one) => [one, STATUS_WORDS[one]]),
    status,
  )}</select></label>
<label>Reason<select name="reason"><option value="">Any</option>${options(Object.entries(REASON_WORDS), reason)}</select></label>
<label>HTTP status<input name="code" value="${code}" inputmode="numeric" pattern="[1-5][0-9][0-9]" placeholder="502" maxlength="3"></label>`;
}

export const STATUS_WORDS: Readonly<Record<(typeof STATUSES)[number], string>> = {
  matched: 'matched',
  ambiguous: 'ambiguous',
  unmatched: 'unmatched',
  unlogged: 'no log line',
};

function options(
  values: readonly (readonly [value: string, words: string])[],
  chosen: string | null,
): readonly SafeHtml[] {
  return values.map(
    ([value, words]) => html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`,
  );
}

function rangeLinks(path: string, filter: ListFilter): SafeHtml {
  const ranges: readonly (readonly [string, TimeRange])[] = [
    ...SPANS.map((span) => [span.name, { kind: 'span', span }] as const),
    ['all', { kind: 'all' }],
  ];
  const chosen = (range: TimeRange): boolean =>
    range.kind === filter.range.kind && rangeParameters(range).join() === rangeParameters(filter.range).join();
  const links = ranges.map(
    ([name, range]) =>
      html`<a href="${path}${filterLink(filter, { range })}"${chosen(range) && html` aria-current="true"`}>${name}</a>`,
  );
  return html`<span class="ranges" role="group" aria-label="Time">${links}</span>`;
}

/** What is filtered by, each with a link that takes it away; the status has its tabs. */
function chips(path: string, filter: ListFilter): SafeHtml | null {
  const { text, harm, leg, cause, upstream, client, reason, code, range } = filter;
  const chip = (isSet: boolean, words: string, change: Partial<ListFilter>): SafeHtml | null =>
    isSet
      ? html`<li><a href="${path}${filterLink(filter, change)}" aria-label="Remove filter: ${words}">${words}<span aria-hidden="true">×</span></a></li>`
      : null;
  const set = [
    chip(text !== '', `text ${text}`, { text: '' }),
    chip(harm !== null, harm === null ? '' : HARM_WORDS[harm], { harm: null }),
    chip(cause !== null, causeById(cause ?? '')?.title ?? '', { cause: null }),
    chip(leg !== null, `${leg} leg`, { leg: null }),
    chip(upstream !== '', `upstream ${upstream}`, { upstream: '' }),
    chip(client !== '', `client ${client}`, { client: '' }),
    chip(reason !== null, reason === null ? '' : REASON_WORDS[reason], { reason: null }),
    chip(code !== null, `status ${code}`, { code: null }),
    chip(range.kind === 'custom', rangeWords(range), { range: { kind: 'all' } }),
  ].filter((one) => one !== null);
  return set.length === 0 ? null : html`<ul class="chips" aria-label="Filters in use">${set}</ul>`;
}
