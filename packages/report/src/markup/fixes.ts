/** What to change, per owner: sentences, and what can be pasted as it is. */
import { type Directive, directivesOf, type Fix } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import type { Explained } from '../report-case.ts';
import { codeSpans } from './code-spans.ts';
import { pasteBlocks } from './copyable.ts';
import { anchor, type HeadingLevel, heading, subheading } from './heading.ts';

/** Party of a fix -> who is called for it. */
const OWNERS: Readonly<Record<string, string>> = {
  nginx: 'nginx operator',
  server: 'nginx operator',
  upstream: 'Upstream owner',
  app: 'Upstream owner',
  k8s: 'Upstream owner',
  client: 'Client',
  peer: 'Client',
  network: 'Network',
  LB: 'Network',
  NAT: 'Network',
  edge: 'Network',
  kernel: 'Host',
  ops: 'Host',
  capture: 'To see more',
  evidence: 'To see more',
};

/** The party of a fix that binds several: it stands above them. */
const RULE = 'rule';

/** Null where nothing has to change and nothing can. */
export function fixesSection(
  { fixes, cause }: Pick<Explained, 'fixes' | 'cause'>,
  level: HeadingLevel = 2,
): SafeHtml | null {
  const directives = directivesOf(cause);
  const bound = fixes.filter(({ party }) => party !== RULE);
  const owners = [...new Set([...bound, ...directives].map(({ party }) => ownerOf(party)))];
  if (fixes.length === 0) return null;
  return html`<section class="fixes"${anchor(level, 'fix')}>
${heading(level, 'What to change')}
${fixes.filter(({ party }) => party === RULE).map(({ text }) => html`<p class="rule">${codeSpans(capital(text))}.</p>`)}
<div class="owners">
${owners.map((owner) => ownerPart(owner, bound.filter(isOf(owner)), directives.filter(isOf(owner)), level))}</div>
</section>`;
}

function ownerPart(
  owner: string,
  fixes: readonly Fix[],
  directives: readonly Directive[],
  level: HeadingLevel,
): SafeHtml {
  return html`<div class="owner">
${subheading(level, owner)}
<ul>${fixes.map(({ party, text }) => html`<li>${OWN_NAMES.has(party) ? null : html`<b>${party}</b> `}${codeSpans(capital(text))}</li>`)}</ul>
${pasteBlocks(directives)}
</div>
`;
}

/** Parties that say no more than their owner. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'nginx',
  'upstream',
  'client',
  'network',
  'kernel',
  'capture',
  'evidence',
]);

function ownerOf(party: string): string {
  return Object.hasOwn(OWNERS, party) ? (OWNERS[party] ?? party) : party;
}

function isOf(owner: string): (one: { readonly party: string }) => boolean {
  return ({ party }) => ownerOf(party) === owner;
}

/** A sentence begins with a capital, but no name does that is written without one. */
function capital(text: string): string {
  return /^[a-z]+(?:[ ,;:]|$)/.test(text) && !/^(?:nginx|net|tcp|gunicorn|uvicorn) /.test(text)
    ? `${text.charAt(0).toUpperCase()}${text.slice(1)}`
    : text;
}
